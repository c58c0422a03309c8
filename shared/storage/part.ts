import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { READS } from '../domain/format.ts';
import { type Held, isPointer } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import { CHILD_STATUSES, type Row, statusAt } from '../domain/row.ts';
import { checkVersion } from '../domain/versions.ts';
import type { ObjectReader } from '../ports/objects.ts';
import { compress } from './compress.ts';

/**
 * A frozen segment's objects, under a key of their own: its rows, its piece of report.csv, and an index with the statistics.
 * Rows and CSV are gzip, one member per block, so that a child is read without the rest and the run's report.csv.gz is the
 * pieces one behind the other.
 */
export const partKeys = (part: string) => ({
  rows: `${part}.rows.gz`,
  csv: `${part}.csv.gz`,
  index: `${part}.index.json`,
});

/** A row whose item and result are as the pages held them: what is large stays an object of its own. */
export type HeldRow = Pick<Row, 'id' | 'status' | 'attempts' | 'ms' | 'at'> & {
  readonly item: Held;
  /** Null where it SUCCEEDED. */
  readonly reason: string | null;
  /** The answer where it SUCCEEDED; of what failed, the excerpt that was allowed. */
  readonly result: Held;
};

/** A row as a user's code sees it. @param item and `result`: the values themselves, where the row only points at them */
export function rowOf(row: HeldRow, item: unknown = row.item, result: unknown = row.result): Row {
  // Field by field: copies of what is left of an object took a tenth of a reduce's time.
  const { id, status, reason, attempts, ms, at } = row;
  if (status === 'SUCCEEDED') return { id, item, attempts, ms, at, status, reason: null, result, excerpt: null };
  const excerpt = typeof result === 'string' ? result : null;
  return { id, item, attempts, ms, at, status, reason: reason ?? 'unknown', result: null, excerpt };
}

/** Whether a value of the row is an object of its own. */
export function isLarge({ item, result }: HeldRow): boolean {
  return isPointer(item) || isPointer(result);
}

const held = z.custom<Held>((value) => value !== undefined);
const storedRow = z.tuple(
  [z.string(), held, z.number(), z.string().nullable(), held, z.number(), z.number(), z.number()],
  z.unknown(),
);

export const partIndex = z.object({
  version: z.literal(READS),
  /** Where each block's member of the rows starts, in bytes, and where the last ends. */
  offsets: z.array(z.number()),
  /** The same of the CSV. */
  csvOffsets: z.array(z.number()),
  statistics: z.custom<Json>((value) => value !== undefined),
  /** Why there are none: they are null. */
  reduceError: z.string().optional(),
  /** Which form this package's reducers stored them in, {@link REDUCERS_FORM}; absent before there was a second. */
  reducers: z.number().optional(),
});
export type PartIndex = z.infer<typeof partIndex>;

/**
 * The form in which this package's reducers store statistics. Another release's parts are reduced anew, so none reads another's form; but two
 * forms can't be compared.
 */
export const REDUCERS_FORM = 3;

/** A row's item and result as the JSON that stores them. */
export interface RowTexts {
  readonly item: string;
  readonly result: string;
}

export function textsOf({ item, result }: HeldRow): RowTexts {
  return { item: JSON.stringify(item), result: JSON.stringify(result) };
}

/**
 * A block's rows as one gzip member: a line of JSON each.
 * @param texts the rows' own, from before they were reduced; a row that the reduce refused has lost its result since
 */
export function packRows(rows: readonly HeldRow[], texts: readonly RowTexts[]): Promise<Buffer> {
  const lines = rows.map((row, n) => {
    const { item, result } = texts[n] ?? textsOf(row);
    const { status, attempts, ms, at } = row;
    const [id, reason, left] = [
      JSON.stringify(row.id),
      JSON.stringify(row.reason),
      row.result === null ? 'null' : result,
    ];
    return `[${id},${item},${CHILD_STATUSES.indexOf(status)},${reason},${left},${attempts},${ms},${at}]`;
  });
  return compress(`${lines.join('\n')}\n`);
}

export function unpackRows(member: Uint8Array): HeldRow[] {
  const lines = gunzipSync(member).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [id, item, status, reason, result, attempts, ms, at] = storedRow.parse(JSON.parse(line));
    return { id, item, status: statusAt(status), reason, result, attempts, ms, at };
  });
}

export async function readPartIndex(objects: ObjectReader, part: string): Promise<PartIndex> {
  return partIndex.parse(await readVersioned(objects, partKeys(part).index));
}

/**
 * A JSON object that says its version.
 * @throws {NewerVersionError}
 */
export async function readVersioned(objects: ObjectReader, key: string): Promise<unknown> {
  const value: unknown = JSON.parse(Buffer.from(await objects.get(key)).toString('utf8'));
  if (typeof value === 'object' && value !== null && 'version' in value) checkVersion(value.version, key);
  return value;
}

/** The rows of one block of a part. */
export async function readPartBlock(
  objects: ObjectReader,
  part: string,
  index: PartIndex,
  block: number,
): Promise<HeldRow[]> {
  const from = index.offsets[block];
  const to = index.offsets[block + 1];
  if (from === undefined || to === undefined) return [];
  return unpackRows(await objects.get(partKeys(part).rows, { from, to }));
}
