import * as z from 'zod';
import type { PinnedFile, SourceFiles } from '../source.ts';

const LF = 0x0a;
const CR = 0x0d;

/** What ends a line: LF alone, or any of CR, LF and CRLF. */
export type LineBreaks = 'lf' | 'any';

/** Bytes of a slice, where a file is cut: one that takes a splitter some seconds. Larger where there would be too many. */
export const SLICE_BYTES = 8 * 1_048_576;

/** Part of a file, in bytes: a line belongs to it that begins in it, and is read to its end. */
export const lineRange = z.object({ from: z.int().min(0), to: z.int().min(0) });
export type LineRange = z.infer<typeof lineRange>;

/** Cuts a file into ranges of equal size, no more than `most`. */
export function cut(bytes: number, most: number): readonly LineRange[] {
  const size = Math.max(SLICE_BYTES, Math.ceil(bytes / most));
  const ranges: LineRange[] = [];
  for (let from = 0; from < bytes; from += size) ranges.push({ from, to: Math.min(from + size, bytes) });
  return ranges;
}

/** Where the first line begins that belongs to a range: behind the line that began before it. Null where none does. */
export async function firstLine(
  files: SourceFiles,
  file: PinnedFile,
  { from, to }: LineRange,
  breaks: LineBreaks,
): Promise<number | null> {
  if (from === 0) return 0;
  let begin = from - 1;
  for await (const chunk of restOfLine(files.read(file, begin), breaks)) begin += chunk.length;
  return begin < to ? begin : null;
}

/** The lines of a range, from the beginning of one of them on. */
export async function* linesOf(
  files: SourceFiles,
  file: PinnedFile,
  begin: number,
  { to }: LineRange,
  breaks: LineBreaks,
): AsyncGenerator<Uint8Array> {
  if (begin >= to) return;
  let last: number | undefined;
  for await (const chunk of files.read(file, begin, to)) {
    if (chunk.length === 0) continue;
    last = chunk[chunk.length - 1];
    yield chunk;
  }
  if (last !== LF) yield* restOfLine(files.read(file, to), breaks, last === CR);
}

/** What is left of a line, with its break. Where any break ends a line, one that follows a CR has an LF left or nothing. */
async function* restOfLine(
  bytes: AsyncIterable<Uint8Array>,
  breaks: LineBreaks,
  followsCr = false,
): AsyncGenerator<Uint8Array> {
  let isBehindCr = followsCr && breaks === 'any';
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue;
    if (isBehindCr) {
      if (chunk[0] === LF) yield chunk.subarray(0, 1);
      return;
    }
    const lf = chunk.indexOf(LF);
    const line = lf === -1 ? chunk : chunk.subarray(0, lf + 1);
    const cr = breaks === 'any' ? line.indexOf(CR) : -1;
    if (cr === -1) {
      yield line;
      if (lf !== -1) return;
      continue;
    }
    yield line.subarray(0, line[cr + 1] === LF ? cr + 2 : cr + 1);
    if (cr + 1 < chunk.length) return;
    isBehindCr = true;
  }
}
