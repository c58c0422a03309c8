import { ObjectDeniedError, ObjectNotFoundError } from '../domain/errors.ts';
import type { Deps } from '../ports/deps.ts';
import type { Objects } from '../ports/objects.ts';
import type { ManifestPart } from './manifest.ts';
import { compress, type HeldRow, type PartIndex, partKeys, readPartBlock, readPartIndex } from './part.ts';
import { resultOf } from './reduction.ts';
import { RowReducer } from './row-reducer.ts';

/** Blocks read ahead while one is being reduced. */
const READ_AHEAD = 8;

/**
 * A part's CSV and statistics as this definition makes them, from its rows, which stay as they are: what is frozen is final. They
 * stand beside the part under this definition's digest, so that a finisher that dies halfway leaves its successor the rest.
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
    // Last: where it is, all of it is.
    const { version, offsets } = index;
    anew = { version, offsets, csvOffsets, ...resultOf(reducer.reduction) };
    await objects.put(partKeys(reduced).index, JSON.stringify(anew), 'application/json');
  }
  // The statistics are read from the index: those that came with the part are another definition's.
  const { statistics: _, reduceError: __, ...rest } = part;
  const { reduceError } = anew;
  const csvBytes = anew.csvOffsets.at(-1) ?? 0;
  return { ...rest, reducedBy, reduced, csvBytes, ...(reduceError !== undefined && { reduceError }) };
}

async function indexIfThere({ objects }: Pick<Deps, 'objects'>, reduced: string): Promise<PartIndex | null> {
  try {
    return await readPartIndex(objects, reduced);
  } catch (error) {
    // A bucket that may not be listed denies what isn't there.
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
