import * as z from 'zod';
import { SourceDataError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PinnedFile, Source, SourceFiles } from '../source.ts';
import type { Checked, FileOptions } from './file-options.ts';
import type { Format, Found } from './records.ts';
import { sift } from './sift.ts';
import { utf8 } from './utf8.ts';

const pinned = z.object({
  place: z.string(),
  version: z.string(),
  bytes: z.number(),
  compressed: z.enum(['gzip', 'zstd']).nullable(),
});

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
  return {
    reads: place === undefined ? [] : [place],
    takesFile: true,
    over: (given) => fileSource(place, format, check, options, given),
    async plan({ file }) {
      const at = file ?? place;
      if (at === undefined)
        throw new SourceDataError('The source names no file, and none was handed over: start the run with --file.');
      const { version, bytes, compressed } = await opened().look(at);
      return [{ place: at, version, bytes, compressed }];
    },
    async *read({ range, cursor }) {
      const file = pinned.parse(range);
      const from = cursor === null ? null : position.parse(cursor);
      for await (const { found, behind } of recordsOf(opened(), file, format, from)) {
        const checked = 'problem' in found ? found : check(found.value);
        const sifted = sift(checked, () => `Line ${found.line} of ${show(file.place)}`, behind, options);
        if (sifted) yield sifted;
      }
    },
  };
}

interface Placed<V> {
  readonly found: Found<V>;
  /** Where to go on behind it. */
  readonly behind: Json & Position;
}

/** A file's records from behind a position on. */
async function* recordsOf<V>(
  files: SourceFiles,
  file: PinnedFile,
  { encoding, open }: Format<V>,
  cursor: Position | null,
): AsyncGenerator<Placed<V>> {
  const [from, lines, passed] = cursor ?? [0, 0, 0];
  const read = (start: number) => utf8((at) => files.read(file, at), start, encoding);
  const reader = await open(() => read(0), { byte: from, lines });
  let last: Position = [from, lines, 0];
  const placed = (found: Found<V>): Placed<V> => {
    last = found.end === null ? [last[0], last[1], last[2] + 1] : [found.end, found.lines, 0];
    return { found, behind: last };
  };
  const isNew = ({ behind: [at, , count] }: Placed<V>) => at !== from || count > passed;
  for await (const chunk of read(from)) yield* (await reader.feed(chunk)).map(placed).filter(isNew);
  yield* (await reader.end()).map(placed).filter(isNew);
}
