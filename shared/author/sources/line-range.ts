import * as z from 'zod';
import type { PinnedFile, SourceFiles } from '../source.ts';

const BREAK = 0x0a;

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
export async function firstLine(files: SourceFiles, file: PinnedFile, { from, to }: LineRange): Promise<number | null> {
  if (from === 0) return 0;
  const begin = await behindBreak(files.read(file, from - 1), from - 1);
  return begin < to ? begin : null;
}

/** The lines of a range, from the beginning of one of them on. */
export async function* linesOf(
  files: SourceFiles,
  file: PinnedFile,
  begin: number,
  { to }: LineRange,
): AsyncGenerator<Uint8Array> {
  if (begin >= to) return;
  let endsLine = false;
  for await (const chunk of files.read(file, begin, to)) {
    if (chunk.length === 0) continue;
    endsLine = chunk[chunk.length - 1] === BREAK;
    yield chunk;
  }
  if (endsLine) return;
  for await (const chunk of files.read(file, to)) {
    const end = chunk.indexOf(BREAK);
    yield end === -1 ? chunk : chunk.subarray(0, end + 1);
    if (end !== -1) return;
  }
}

/** The place behind the first line break of bytes that begin there; that of their end where there is none. */
async function behindBreak(bytes: AsyncIterable<Uint8Array>, begin: number): Promise<number> {
  let at = begin;
  for await (const chunk of bytes) {
    const end = chunk.indexOf(BREAK);
    if (end !== -1) return at + end + 1;
    at += chunk.length;
  }
  return at;
}
