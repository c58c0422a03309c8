import * as z from 'zod';
import { SourceChangedError, SourceDataError, SourceMissingError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import { hashOf } from '../../domain/text.ts';
import type { Source, SourcedItem, SourcedProblem, SourceFiles, StoredObject } from '../source.ts';

/** Objects of a slice: a full block, so that calls can carry many. More where there would be too many slices. */
const SLICE_OBJECTS = 256;
/** Objects of a run: all are listed when it is planned. */
const MOST_OBJECTS = 100_000;
/** Objects that are fetched at once, each of up to 6 MiB. */
const AHEAD = 8;
const SAMPLE_PARTS = 16;
const SAMPLE_OBJECTS = 4;

/** Objects by the order of their keys, behind one and up to another, as they were when the run was planned; of a dry run the first `head`. */
const documentRange = z.object({
  prefix: z.string(),
  after: z.string().nullable(),
  to: z.string(),
  objects: z.int().min(1),
  version: z.string(),
  head: z.int().min(1).optional(),
});
type DocumentRange = z.infer<typeof documentRange>;

const keyOf = z.string();

/**
 * A source over all objects below a prefix, each of which is one record. They are pinned together: a range holds a digest of its objects' keys and
 * ETags, which are listed again when it is read.
 * @param one the source of a single file, which reads each of them, and what is handed over instead
 */
export function documentsBelow<I>(
  prefix: string,
  one: (files?: SourceFiles) => Source<I>,
  { isCounted }: { readonly isCounted: boolean },
  files?: SourceFiles,
): Source<I> {
  const single = one(files);
  const opened = (): SourceFiles => {
    if (files) return files;
    throw new TypeError('This source reads a file, and has nothing to read files by.');
  };
  return {
    reads: [prefix],
    takesFile: true,
    over: (given) => documentsBelow(prefix, one, { isCounted }, given),
    async plan(context) {
      if (context.file !== undefined) return (await single.plan?.(context)) ?? [];
      const all = await listed(opened(), prefix, null, null, MOST_OBJECTS);
      if (all.length === 0) throw new SourceDataError(`${show(prefix)} has no objects.`);
      const size = Math.max(SLICE_OBJECTS, Math.ceil(all.length / SIZES.slices));
      return Array.from({ length: Math.ceil(all.length / size) }, (_, slice) =>
        rangeOf(prefix, all[slice * size - 1]?.key ?? null, all.slice(slice * size, (slice + 1) * size)),
      );
    },
    ...(isCounted && {
      count: (ranges) =>
        ranges.reduce<number>((sum, range) => sum + (documentRange.safeParse(range).data?.objects ?? 1), 0),
    }),
    sample({ ranges: planned }) {
      const { data: ranges } = z.array(documentRange).safeParse(planned);
      if (!ranges) return null;
      const total = ranges.reduce((sum, { objects }) => sum + objects, 0);
      const step = Math.max(1, ranges.length / SAMPLE_PARTS);
      const chosen = ranges.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
      const parts = chosen.map((range): Json => ({ ...range, head: Math.min(range.objects, SAMPLE_OBJECTS) }));
      const read = chosen.reduce((sum, { objects }) => sum + Math.min(objects, SAMPLE_OBJECTS), 0);
      return total <= SLICE_OBJECTS ? null : { parts, share: read / total, isSpread: true };
    },
    async *read(context) {
      const range = documentRange.safeParse(context.range).data;
      if (!range) {
        yield* single.read(context);
        return;
      }
      const objects = await pinnedObjects(opened(), range);
      const behind = context.cursor === null ? null : keyOf.parse(context.cursor);
      const wanted = objects.slice(0, range.head).filter(({ key }) => behind === null || isBefore(behind, key));
      const fetch = async ({ bucket, key, etag }: StoredObject) => {
        const place = `s3://${bucket}/${key}`;
        const pinned = await opened()
          .look(place)
          .catch((error: unknown) => {
            // It was listed a moment ago.
            throw error instanceof SourceMissingError ? new SourceChangedError(place) : error;
          });
        if (pinned.version !== etag) throw new SourceChangedError(pinned.place);
        const found: (SourcedItem<I> | SourcedProblem)[] = [];
        for await (const sourced of single.read({ ...context, range: { ...pinned }, cursor: null }))
          found.push({ ...sourced, cursor: key });
        return found;
      };
      for await (const found of ahead(wanted, fetch)) yield* found;
    },
  };
}

const rangeOf = (prefix: string, after: string | null, objects: readonly StoredObject[]): Json => ({
  prefix,
  after,
  to: objects.at(-1)?.key ?? '',
  objects: objects.length,
  version: digestOf(objects),
});

/** S3 lists by the order of UTF-8. */
const isBefore = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;

const digestOf = (objects: readonly StoredObject[]) =>
  hashOf(JSON.stringify(objects.map(({ key, etag }) => [key, etag]))).join('-');

/** Objects behind a key, up to another where one is given. */
async function listed(
  files: SourceFiles,
  prefix: string,
  after: string | null,
  to: string | null,
  most: number,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of files.list?.(prefix, after) ?? []) {
    if (to !== null && isBefore(to, object.key)) break;
    objects.push(object);
    if (objects.length > most)
      throw new SourceDataError(
        `${show(prefix)} has more than the ${most} objects that a run reads; make each an item with objects().`,
      );
  }
  return objects;
}

/** @throws {SourceChangedError} where they are others than when the run was planned */
async function pinnedObjects(files: SourceFiles, { prefix, after, to, version }: DocumentRange) {
  const objects = await listed(files, prefix, after, to, MOST_OBJECTS);
  if (digestOf(objects) !== version) throw new SourceChangedError(prefix);
  return objects;
}

/** What is made of each, in order, while some that follow are made already. */
async function* ahead<T, R>(given: readonly T[], make: (each: T) => Promise<R>): AsyncGenerator<R> {
  const making: Promise<R>[] = [];
  for (const each of given) {
    const made = make(each);
    // It is awaited below; until then a failure must not count as unhandled.
    made.catch(() => undefined);
    making.push(made);
    const [first] = making.length < AHEAD ? [] : making.splice(0, 1);
    if (first) yield await first;
  }
  for (const made of making) yield await made;
}
