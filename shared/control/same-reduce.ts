import { gunzipSync } from 'node:zlib';
import { InputError } from '../domain/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { csvHeader } from '../storage/csv.ts';
import { readManifest, reducedKey } from '../storage/manifest.ts';
import { partKeys, REDUCERS_FORM, readPartBlock, readPartIndex } from '../storage/part.ts';
import { RowReducer } from '../storage/row-reducer.ts';

/** Blocks of the run's first part that are reduced again: 4,096 rows. */
const BLOCKS = 16;

/**
 * Makes sure that today's definition reduces a finished run's rows to what its report says, by reducing some of them again.
 * Comparing functions by their text would not do: a bundle's text changes with every build, and the command line runs another.
 * @throws {InputError} where it doesn't: old rows and new ones would not belong together
 */
export async function assertSameReduce(deps: Deps, run: string): Promise<void> {
  const { objects, pipeline } = deps;
  const refuse = (what: string) =>
    new InputError(
      `The definition of "${pipeline.name}" changed since run "${run}": ${what}. Old rows and new ones would not belong together. Start a new run.`,
    );
  const [first] = await readManifest(objects, run);
  if (!first) return;
  const reduced = reducedKey(first);
  const index = await readPartIndex(objects, reduced);
  const csv = await objects.get(partKeys(reduced).csv);
  const reducer = new RowReducer(deps);
  const changed = refuse(`it makes other lines of report.csv (${csvHeader(pipeline.reduce).trim()})`);
  const blocks = Math.min(BLOCKS, index.offsets.length - 1);
  for (let block = 0; block < blocks; block++) {
    const stored = gunzipSync(csv.subarray(index.csvOffsets[block], index.csvOffsets[block + 1]));
    let at = 0;
    for await (const { csv: lines } of reducer.reduce(await readPartBlock(objects, first.part, index, block))) {
      const again = Buffer.from(lines);
      if (!again.equals(stored.subarray(at, at + again.length))) throw changed;
      at += again.length;
    }
    if (at !== stored.length) throw changed;
  }
  // A release that stores statistics in another form can't tell whether they are others; lines and columns it can.
  const comparable = blocks === index.offsets.length - 1 && index.reducers === REDUCERS_FORM;
  if (comparable && JSON.stringify(reducer.reduction.statistics()) !== JSON.stringify(index.statistics)) {
    throw refuse('it makes other statistics');
  }
}
