import { FIRST_PLACE, LAYOUT, type SegmentRef } from '../domain/layout.ts';
import type { Deps } from '../ports/deps.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { readSlices } from './slices.ts';

/** Segments read at once. */
const READ_AHEAD = 16;

export interface SegmentSoFar {
  readonly ref: SegmentRef;
  readonly frozen: Frozen | null;
  /** Blocks of it that were sent; one that isn't frozen is known by these. */
  readonly blocks: number;
}

/**
 * The segments that a run has up to its slices' checkpoints, in the report's order, also while it goes on.
 * @param from the first that is read
 */
export async function* segmentsSoFar(
  { stores }: Pick<Deps, 'stores'>,
  run: string,
  from: SegmentRef = { slice: 0, segment: 0 },
): AsyncGenerator<SegmentSoFar> {
  const slices = await readSlices({ stores }, run, await stores.runs.readCompletion(run));
  const reached = slices.flatMap(({ slice, segments, checkpoint }) => {
    const { segment: last, block } = checkpoint?.place ?? FIRST_PLACE;
    return Array.from({ length: segments ?? (block > 0 ? last + 1 : last) }, (_, segment) => ({
      ref: { slice, segment },
      sent: segments === null && segment === last ? block : null,
    }));
  });
  const known = reached.filter(({ ref }) => (ref.slice - from.slice || ref.segment - from.segment) >= 0);
  for (let i = 0; i < known.length; i += READ_AHEAD) {
    const read = known.slice(i, i + READ_AHEAD).map(async ({ ref, sent }) => {
      const { frozen, size } = await stores.segments.read(run, ref);
      return { ref, frozen, blocks: sent ?? size ?? LAYOUT.segmentBlocks(ref.segment) };
    });
    yield* await Promise.all(read);
  }
}
