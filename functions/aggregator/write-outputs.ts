import { kindOf, OutputError } from '../../shared/domain/errors.ts';
import type { Row } from '../../shared/domain/row.ts';
import { OUTPUT_FAILED, type RunFailure } from '../../shared/domain/run.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { ManifestPart } from '../../shared/storage/manifest.ts';
import { membersOf } from '../../shared/storage/members.ts';
import { OutputFiles, type StoredFile } from '../../shared/storage/output-files.ts';
import { partKeys, readPartIndex, unpackRows } from '../../shared/storage/part.ts';
import { TimeLimitError, withinTime } from '../../shared/storage/time-limit.ts';
import { wholeRows } from '../../shared/storage/whole-rows.ts';
import type { AggregatorDeps } from './deps.ts';

/** Time kept for the report, behind its outputs. */
const REPORT_MS = 180_000;
/** Time that a user's code may take over a block of rows. */
const BLOCK_MS = 60_000;

/** The files that a run left beside its report, by the name of their output. */
export type WrittenOutputs = Readonly<Record<string, readonly StoredFile[]>>;

/** What became of a definition's outputs: all are there, or none and why. */
export interface Outputs {
  readonly written: WrittenOutputs;
  readonly failure: RunFailure | null;
}

/** Writes the outputs of the definition, in one pass over the report's rows; a few megabytes at a time. */
export async function writeOutputs(
  deps: AggregatorDeps,
  run: string,
  parts: readonly ManifestPart[],
  invocation: Invocation,
): Promise<Outputs> {
  const { outputs } = deps.pipeline;
  const all = Object.entries(outputs).map(
    ([name, output]) => [name, new OutputFiles(deps.objects, output, `${run}/outputs/${name}`, name)] as const,
  );
  if (all.length === 0) return { written: {}, failure: null };
  try {
    for await (const rows of rowsOf(deps, parts, invocation))
      for (const [name, files] of all) await files.add(rows, guarding(name));
    // None is there before all of them can be: a file that has ended can't be taken back.
    for (const [name, files] of all) await files.close(guarding(name));
    const written: Record<string, readonly StoredFile[]> = {};
    for (const [name, files] of all) written[name] = await files.store();
    return { written, failure: null };
  } catch (error) {
    await Promise.all(all.map(([, files]) => files.abort(error)));
    if (!(error instanceof OutputError)) throw error;
    return { written: {}, failure: { reason: OUTPUT_FAILED, detail: error.message } };
  }
}

/** Calls a user's code so that its errors are told from a store's: they would come again. */
function guarding(name: string): <T>(task: () => T) => T {
  return (task) => {
    try {
      return withinTime(BLOCK_MS, task);
    } catch (error) {
      const what = error instanceof TimeLimitError ? error.message : kindOf(error);
      throw new OutputError(`outputs.${name}: ${what}`);
    }
  };
}

async function* rowsOf(
  { objects, clock }: AggregatorDeps,
  parts: readonly ManifestPart[],
  { deadline }: Invocation,
): AsyncGenerator<readonly Row[]> {
  for (const { part } of parts) {
    const { offsets } = await readPartIndex(objects, part);
    for await (const member of membersOf(objects, partKeys(part).rows, offsets)) {
      // Another invocation would come no further.
      if (clock.now() + REPORT_MS > deadline) throw new OutputError('outputs take longer than an invocation may');
      for await (const { whole } of wholeRows(objects, unpackRows(member))) yield whole;
    }
  }
}
