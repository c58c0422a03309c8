import { stat } from 'node:fs/promises';
import { UsageError } from './errors.ts';
import { arrayHint } from './json-array.ts';
import { keepInput } from './keep-input.ts';
import type { Target } from './targets/target.ts';
import type { Terminal } from './terminal.ts';

/** What a run is to read in place of what its definition names: a file of the source's, or items. */
interface Given {
  readonly file?: string | undefined;
  readonly items?: string | undefined;
}

/** How standard input is named, where a file is asked for. */
const STANDARD_INPUT = '-';

/**
 * Brings a file or items to where a run will read them.
 * @returns their place, as a start's request says it; nothing where none was named
 * @throws {UsageError} where there is no such file, both are named, or items are no JSON Lines but an array
 */
export async function handOver(
  { handOver }: Pick<Target, 'handOver'>,
  { file, items }: Given,
  { stdin, stderr, signal }: Pick<Terminal, 'stdin' | 'stderr' | 'signal'>,
): Promise<Given> {
  if (file !== undefined && items !== undefined)
    throw new UsageError("--file and --items: a run reads its source's file or these items; leave one of them out.");
  if (file !== undefined) return { file: await handOver(await existing('--file', file)) };
  if (items === undefined) return {};
  const path = items === STANDARD_INPUT ? await keepInput(stdin, signal) : await existing('--items', items);
  const hint = await arrayHint(path, items === STANDARD_INPUT ? 'standard input' : items);
  if (hint !== null) stderr.write(`${hint}\n`);
  return { items: await handOver(path) };
}

async function existing(option: string, path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UsageError(`${option}: there is no file ${JSON.stringify(path)}.`);
  return path;
}
