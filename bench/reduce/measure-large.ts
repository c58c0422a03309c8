import { randomBytes } from 'node:crypto';
import { definePipeline } from '../../shared/author/definition.ts';
import { count } from '../../shared/author/reducers/count.ts';
import { list } from '../../shared/author/sources/list.ts';
import { SIZES } from '../../shared/domain/limits.ts';
import type { Log } from '../../shared/ports/deps.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import type { HeldRow } from '../../shared/storage/part.ts';
import { writePart } from '../../shared/storage/write-part.ts';
import { BLOCK, SEGMENT } from './rows.ts';

/** Of a result that its row holds, and of one in a pack. */
const [HELD_CHARACTERS, PACKED_CHARACTERS] = [30_000, 100_000];
const PER_PACK = SIZES.slotChildren;

const pipeline = definePipeline({
  name: 'large',
  source: list((): number[] => []),
  endpoint: { service: 'large', path: '/' },
  reduce: count<number, string>({ columns: [{ name: 'bytes', of: ({ result }) => result?.length }] }),
});
const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Freezes full segments of rows that hold 30 KB each, which don't compress, and stores all of it nowhere. */
export const measureHeld = (rows: number) => {
  const text = randomBytes(1_048_576).toString('base64');
  return freeze(
    rows,
    () => new Uint8Array(),
    (n) => {
      const from = (n * 7_919) % (text.length - HELD_CHARACTERS);
      return text.slice(from, from + HELD_CHARACTERS);
    },
  );
};

/** The same of results of 100 KB that lie in packs, one for each 64 children. */
export const measurePacked = (rows: number) => {
  const line = `"${'x'.repeat(PACKED_CHARACTERS)}"\n`;
  const pack = Buffer.from(line.repeat(PER_PACK));
  return freeze(
    rows,
    ({ from, to }) => pack.subarray(from, to),
    (n) => {
      const from = (n % PER_PACK) * line.length;
      return { $object: `packs/${Math.floor(n / PER_PACK)}`, from, to: from + line.length - 1 };
    },
  );
};

async function freeze(
  rows: number,
  read: (range: { readonly from: number; readonly to: number }) => Uint8Array,
  resultOf: (n: number) => HeldRow['result'],
): Promise<number> {
  const objects: Objects = {
    put: async () => {},
    place: async () => null,
    putStream: async (_, body) => {
      let bytes = 0;
      for await (const chunk of body) bytes += chunk.length;
      return { bytes };
    },
    get: async (_, range = { from: 0, to: 0 }) => {
      // As they come from a store: bytes of their own.
      return Uint8Array.from(read(range));
    },
    copyNewest: async () => true,
    stream: async () => {
      throw new Error('Nothing here is read as a stream.');
    },
  };
  let succeeded = 0;
  for (let segment = 0; segment * SEGMENT < rows; segment++) {
    const blocks = Math.min(SEGMENT, rows - segment * SEGMENT) / BLOCK;
    const { counts } = await writePart({ objects, pipeline, log }, `parts/${segment}`, async (draft) => {
      for (let block = 0; block < blocks; block++) {
        const row = (_: unknown, n: number): HeldRow => ({
          id: `0-${segment}.${block}.${n}`,
          item: n,
          status: 'SUCCEEDED',
          reason: null,
          result: resultOf(block * BLOCK + n),
          attempts: 1,
          ms: 3,
          at: 0,
        });
        await draft.add(Array.from({ length: BLOCK }, row));
      }
    });
    succeeded += counts.succeeded;
  }
  if (succeeded !== rows) throw new Error(`Of ${rows} rows ${succeeded} were reduced.`);
  return rows;
}
