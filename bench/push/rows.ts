import type { Check } from '../targets.ts';

/** A rule of the gate, and the way to measure it. */
export interface PushRow {
  readonly name: string;
  /** Forwarder processes that run the deployed handler, or the gate's classes alone in virtual time. */
  readonly on: 'processes' | 'virtual time';
  measure(): Promise<readonly Check[]>;
}

/** What a row came to. */
export interface PushResult {
  readonly name: string;
  readonly on: PushRow['on'];
  /** Real time. */
  readonly seconds: number;
  readonly checks: readonly Check[];
  /** Why nothing was measured; null where it was. */
  readonly error: string | null;
}

/** Measures one row. A row that breaks is a rule that wasn't seen to hold, and leaves the others to be measured. */
export async function runRow({ name, on, measure }: PushRow): Promise<PushResult> {
  const began = performance.now();
  const [checks, error] = await measure().then(
    (checks) => [checks, null] as const,
    (error: unknown) => [[], error instanceof Error ? (error.stack ?? error.message) : String(error)] as const,
  );
  return { name, on, seconds: (performance.now() - began) / 1_000, checks, error };
}

/** Whether each rule was measured and held. */
export function allHold(results: readonly PushResult[]): boolean {
  return results.every(({ checks, error }) => error === null && checks.length > 0 && checks.every(({ met }) => met));
}
