import { measureProtection, type Protection, protectionChecks } from './live-protection.ts';
import { PROCESS_ROWS } from './process-rows.ts';
import { allHold, type PushRow, runRow } from './rows.ts';
import { protectionText, rowText } from './table.ts';
import { VIRTUAL_ROWS } from './virtual-rows.ts';

/** Virtual time that live traffic is watched for. */
const PROTECTION_SECONDS = 60;

const ROWS: readonly PushRow[] = [...VIRTUAL_ROWS, ...PROCESS_ROWS];

export interface PushOptions {
  /** Rows whose names contain it; default all. */
  readonly only?: string;
  readonly json?: boolean;
}

/**
 * Measures the gate's rules one after the other and prints each once it is measured.
 * @returns whether all of them hold
 */
export async function push({ only = '', json = false }: PushOptions): Promise<boolean> {
  const print = (text: string) => process[json ? 'stderr' : 'stdout'].write(text);
  const results = [];
  let protections: readonly Protection[] = [];
  const protection: PushRow = {
    name: 'live traffic beside a run',
    on: 'virtual time',
    async measure() {
      protections = await measureProtection(PROTECTION_SECONDS);
      print(protectionText(protections));
      return protectionChecks(protections);
    },
  };
  const rows = [protection, ...ROWS].filter(({ name }) => name.includes(only));
  if (rows.length === 0) throw new Error(`No row's name contains ${JSON.stringify(only)}.`);
  for (const row of rows) {
    const result = await runRow(row);
    results.push(result);
    print(rowText(result));
  }
  if (json) process.stdout.write(`${JSON.stringify({ rows: results, protections })}\n`);
  return allHold(results);
}
