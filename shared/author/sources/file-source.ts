import * as z from 'zod';
import { SourceDataError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import type { PinnedFile, Source, SourceFiles } from '../source.ts';
import type { Checked, FileOptions } from './file-options.ts';
import { cut, firstLine, type LineRange, lineRange, linesOf } from './line-range.ts';
import { isPrefix, placeWords } from './place.ts';
import { PLAIN } from './plain.ts';
import { type Format, type Found, UnreadableError } from './records.ts';
import { sampleOf } from './sample.ts';
import { sift } from './sift.ts';
import { isUtf8, utf8 } from './utf8.ts';

const pinned = z.object({
  place: z.string(),
  version: z.string(),
  bytes: z.number(),
  compressed: z.enum(['gzip', 'zstd']).nullable(),
});

/** What stands for a file: the records that begin in its first bytes. */
const beginning = z.object({ head: z.int().min(0).optional() });

const rangeOf = (range: Json) => ({ ...pinned.parse(range), ...lineRange.safeParse(range).data });

/** Objects below a prefix that are pinned at once. */
const LOOKED_AT_ONCE = 32;

/**
 * Behind which byte to go on, the lines before it, and the records that were read behind it already: those of which nothing tells where they
 * end, as a row with a quote too many, are counted from the last end that is known.
 */
const position = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]);
type Position = z.infer<typeof position>;

/**
 * A source over the records of one file: beside the pipeline, or handed over at the start of the run.
 * @param check makes an item of a record
 */
export function fileSource<V, I>(
  place: string | undefined,
  format: Format<V>,
  check: (value: V) => Checked<I>,
  options: FileOptions<I>,
  files?: SourceFiles,
): Source<I> {
  const opened = (): SourceFiles => {
    if (files) return files;
    throw new TypeError('This source reads a file, and has nothing to read files by.');
  };
  const isPlain = !('schema' in options) && options.where === undefined;
  return {
    reads: place === undefined ? [] : [place],
    takesFile: true,
    over: (given) => fileSource(place, format, check, options, given),
    async plan({ file }) {
      const at = file ?? place;
      if (at === undefined)
        throw new SourceDataError('The source names no file, and none was handed over: start the run with --file.');
      const isCut = format.endedBy !== undefined && isUtf8(format.encoding);
      const files = isPrefix(at) ? await lookBelow(opened(), at) : [await opened().look(at)];
      return rangesOf(files, isCut);
    },
    sample({ ranges }) {
      // Of another encoding it is not known which bytes of the file stand behind a record.
      return isUtf8(format.encoding) ? sampleOf(ranges.map(rangeOf), format.endedBy !== undefined) : null;
    },
    async *read({ range, cursor }) {
      const file = pinned.parse(range);
      const lines = lineRange.safeParse(range).data;
      const { head = Number.POSITIVE_INFINITY } = beginning.parse(range);
      const from = cursor === null ? null : position.parse(cursor);
      let begin = 0;
      for await (const records of recordsOf(opened(), file, lines, format, from)) {
        for (const { found, behind } of records) {
          if (begin >= head) return;
          [begin] = behind;
          const checked = 'problem' in found ? found : check(found.value);
          if (isPlain && 'item' in checked) {
            yield { item: checked.item, cursor: behind, [PLAIN]: true };
            continue;
          }
          const sifted = sift(checked, () => recordWords(file, lines, found.line), behind, options);
          if (sifted) yield sifted;
        }
      }
    },
  };
}

/** Pins all objects below a prefix. */
async function lookBelow(files: SourceFiles, prefix: string): Promise<readonly PinnedFile[]> {
  const places: string[] = [];
  for await (const { bucket, key } of files.list?.(prefix, null) ?? []) {
    places.push(`s3://${bucket}/${key}`);
    if (places.length > SIZES.slices)
      throw new SourceDataError(
        `${show(prefix)} has more than the ${SIZES.slices} objects that a run reads; put them together, or make each an item with objects().`,
      );
  }
  if (places.length === 0) throw new SourceDataError(`${show(prefix)} has no objects.`);
  const looked: PinnedFile[] = [];
  for (let i = 0; i < places.length; i += LOOKED_AT_ONCE)
    looked.push(...(await Promise.all(places.slice(i, i + LOOKED_AT_ONCE).map((place) => files.look(place)))));
  return looked;
}

/** A range for each file, and several for one that is cut: as many as all files together may have. */
function rangesOf(files: readonly PinnedFile[], isCut: boolean): readonly Json[] {
  const most = Math.floor(SIZES.slices / files.length);
  return files.flatMap(({ place, version, bytes, compressed }) => {
    const found = { place, version, bytes, compressed };
    const ranges = isCut && compressed === null ? cut(bytes, most) : [];
    return ranges.length > 1 ? ranges.map((range) => ({ ...found, ...range })) : [found];
  });
}

interface Placed<V> {
  readonly found: Found<V>;
  /** Where to go on behind it. */
  readonly behind: Json & Position;
}

/** A line by its number: in the file, or in what follows the byte at which its range begins, as nothing counts the lines before. */
const lineIn = (range: LineRange | undefined, line: number) =>
  range && range.from > 0 ? `Line ${line} behind byte ${range.from}` : `Line ${line}`;

/** Names a record: by its line, or as the file that it is. */
const recordWords = ({ place }: PinnedFile, lines: LineRange | undefined, line: number | null) =>
  line === null ? placeWords(place) : `${lineIn(lines, line)} of ${placeWords(place)}`;

/** What a reader throws, with the place of what it could not read. */
const named = (error: unknown, file: PinnedFile, lines: LineRange | undefined) =>
  error instanceof UnreadableError
    ? new SourceDataError(`${recordWords(file, lines, error.line)} ${error.what}.`)
    : error;

/** The records of a file, or of a range of its lines, from behind a position on; together those that a chunk of it ends. */
async function* recordsOf<V>(
  files: SourceFiles,
  file: PinnedFile,
  lines: LineRange | undefined,
  { encoding, endedBy = 'lf', open }: Format<V>,
  cursor: Position | null,
): AsyncGenerator<readonly Placed<V>[]> {
  const begin = lines ? await firstLine(files, file, lines, endedBy) : 0;
  if (begin === null) return;
  const [from, breaks, passed] = cursor ?? [begin, begin === (lines?.from ?? 0) ? 0 : 1, 0];
  const whole = (start: number) => utf8((at) => files.read(file, at), start, encoding);
  const reader = await open(() => whole(0), { byte: from, lines: breaks }).catch((error: unknown) => {
    // It reads the beginning of the file alone.
    throw named(error, file, undefined);
  });
  let last: Position = [from, breaks, 0];
  const placed = (found: Found<V>): Placed<V> => {
    last = found.end === null ? [last[0], last[1], last[2] + 1] : [found.end, found.lines, 0];
    return { found, behind: last };
  };
  const isNew = ({ behind: [at, , count] }: Placed<V>) => at !== from || count > passed;
  const bytes = lines ? linesOf(files, file, from, lines, endedBy) : whole(from);
  try {
    for await (const chunk of bytes) yield (await reader.feed(chunk)).map(placed).filter(isNew);
    yield (await reader.end()).map(placed).filter(isNew);
  } catch (error) {
    throw named(error, file, lines);
  }
}
