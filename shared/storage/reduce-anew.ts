import { ObjectDeniedError, ObjectNotFoundError } from '../domain/errors.ts';
import type { Deps } from '../ports/deps.ts';
import type { Objects } from '../ports/objects.ts';
import { compress } from './compress.ts';
import type { ManifestPart } from './manifest.ts';
import { type HeldRow, type PartIndex, partKeys, REDUCERS_FORM, readPartBlock, readPartIndex } from './part.ts';
import { resultOf } from './reduction.ts';
import { RowReducer } from './row-reducer.ts';

/** Blocks read ahead while one is being reduced. */
const READ_AHEAD = 8;

/**
 * Reduces a part's rows with this definition. The rows are frozen and stay as they are; the new CSV and statistics are stored beside
 * the part, under this definition's digest. If the finisher dies, the next one finds the parts that were done.
 */
export async function reduceAnew(
  deps: Pick<Deps, 'pipeline' | 'log'> & { readonly objects: Objects },
  reducedBy: string,
  part: ManifestPart,
): Promise<ManifestPart> {
  const { objects } = deps;
  const reduced = `${part.part}.${reducedBy}`;
  let anew = await indexIfThere(deps, reduced);
  if (anew === null) {
    const index = await readPartIndex(objects, part.part);
    const reducer = new RowReducer(deps);
    const csvOffsets = [0];
    async function* pieces() {
      for await (const rows of blocksOf(deps, part.part, index)) {
        let end = csvOffsets.at(-1) ?? 0;
        for await (const { csv } of reducer.reduce(rows, { refused: 'stays' })) {
          const piece = await compress(csv);
          end += piece.length;
          yield piece;
        }
        csvOffsets.push(end);
      }
    }
    await objects.putStream(partKeys(reduced).csv, pieces(), 'application/gzip');
    // Written last: if the index is there, so is the CSV.
    const { version, offsets } = index;
    anew = { version, offsets, csvOffsets, ...resultOf(reducer.reduction), reducers: REDUCERS_FORM };
    await objects.put(partKeys(reduced).index, JSON.stringify(anew), 'application/json');
  }
  // Dropped: another definition made the part's own statistics. The finisher reads the new ones from the index.
  const { statistics: _, reduceError: __, ...rest } = part;
  const { reduceError } = anew;
  const csvBytes = anew.csvOffsets.at(-1) ?? 0;
  return { ...rest, reducedBy, reduced, csvBytes, ...(reduceError !== undefined && { reduceError }) };
}

async function indexIfThere({ objects }: Pick<Deps, 'objects'>, reduced: string): Promise<PartIndex | null> {
  try {
    return await readPartIndex(objects, reduced);
  } catch (error) {
    // Without the right to list the bucket, S3 answers `denied` for a missing object.
    if (error instanceof ObjectNotFoundError || error instanceof ObjectDeniedError) return null;
    throw error;
  }
}

async function* blocksOf(
  { objects }: Pick<Deps, 'objects'>,
  part: string,
  index: PartIndex,
): AsyncGenerator<HeldRow[]> {
  const blocks = index.offsets.length - 1;
  const ahead: Promise<HeldRow[]>[] = [];
  for (let block = 0; block < blocks; block++) {
    while (ahead.length < READ_AHEAD && block + ahead.length < blocks) {
      const reading = readPartBlock(objects, part, index, block + ahead.length);
      // Awaited in its turn; until then a rejection must not count as unhandled.
      reading.catch(() => undefined);
      ahead.push(reading);
    }
    yield (await ahead.shift()) ?? [];
  }
}
