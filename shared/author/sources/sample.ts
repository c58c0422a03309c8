import type { Json } from '../../domain/json.ts';
import type { PinnedFile, SourceSample } from '../source.ts';
import type { LineRange } from './line-range.ts';

/** Up to so many bytes all is read: it takes seconds, and is exact. */
const WHOLE_BYTES = 16 * 1_048_576;
const SAMPLE_BYTES = 4 * 1_048_576;
const PARTS = 16;

type FileRange = PinnedFile & Partial<LineRange>;

/** A part is a range of lines, or the records that begin in a file's first bytes. */
type Part = PinnedFile & (LineRange | { readonly head: number });

/**
 * Chooses what of a plan's files stands for all of them, by their sizes; null where they are small or compressed, so that only reading tells.
 * @param isCut whether reading may begin anywhere: the parts are then spread over all, and else the beginnings of some
 */
export function sampleOf(ranges: readonly FileRange[], isCut: boolean): SourceSample | null {
  const sizes = ranges.map(({ bytes, from = 0, to = bytes }) => to - from);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= WHOLE_BYTES || ranges.some(({ compressed }) => compressed !== null)) return null;
  const size = SAMPLE_BYTES / (isCut ? PARTS : Math.min(PARTS, ranges.length));
  const parts: readonly Part[] = isCut ? spread(ranges, sizes, total, size) : beginnings(ranges, size);
  const read = parts.reduce((sum, part) => sum + ('head' in part ? part.head : part.to - part.from), 0);
  return { parts: parts.map((part): Json => ({ ...part })), share: read / total, isSpread: isCut };
}

/** The first part is the beginning, the last one the end, and the others lie evenly between. */
function spread(ranges: readonly FileRange[], sizes: readonly number[], total: number, size: number) {
  const starts = Array.from({ length: PARTS }, (_, n) => Math.floor((n * (total - size)) / (PARTS - 1)));
  let before = 0;
  return ranges.flatMap(({ from = 0, ...file }, place) => {
    const end = before + (sizes[place] ?? 0);
    const own = starts.filter((start) => start >= before && start < end);
    const parts = own.map((start) => ({
      ...file,
      from: from + start - before,
      to: from + Math.min(start + size, end) - before,
    }));
    before = end;
    return parts;
  });
}

function beginnings(ranges: readonly FileRange[], size: number) {
  const step = Math.max(1, ranges.length / PARTS);
  const chosen = Array.from({ length: Math.min(PARTS, ranges.length) }, (_, n) => ranges[Math.floor(n * step)]);
  return chosen.flatMap((file) => (file ? [{ ...file, head: Math.min(size, file.bytes) }] : []));
}
