import { unpackCount } from '../domain/completion.ts';
import { FIRST_PLACE, LAYOUT, type SegmentRef } from '../domain/layout.ts';
import type { Deps } from '../ports/deps.ts';
import type { Frozen } from '../ports/segment-store.ts';

/** Segments read at once. */
const READ_AHEAD = 16;

export interface SegmentSoFar {
  readonly ref: SegmentRef;
  readonly frozen: Frozen | null;
  /** Blocks of it that were sent; one that isn't frozen is known by these. */
  readonly blocks: number;
}

/** The segments that a run has up to its slices' checkpoints, in the report's order, also while it goes on. */
export async function* segmentsSoFar({ stores }: Pick<Deps, 'stores'>, run: string): AsyncGenerator<SegmentSoFar> {
  const root = await stores.runs.readCompletion(run);
  const counted = new Map([...root.counted].map(unpackCount).map(({ slice, segments }) => [slice, segments]));
  const slices = Array.from({ length: root.slices ?? 0 }, (_, slice) => slice);
  const checkpoints = await stores.chains.readCheckpoints(run, slices);
  const known = slices.flatMap((slice) => {
    const ended = counted.get(slice);
    const { segment: last, block } = checkpoints[slice]?.place ?? FIRST_PLACE;
    const segments = ended ?? (block > 0 ? last + 1 : last);
    return Array.from({ length: segments }, (_, segment) => ({
      ref: { slice, segment },
      sent: ended === undefined && segment === last ? block : null,
    }));
  });
  for (let i = 0; i < known.length; i += READ_AHEAD) {
    const read = known.slice(i, i + READ_AHEAD).map(async ({ ref, sent }) => {
      const { frozen, size } = await stores.segments.read(run, ref);
      return { ref, frozen, blocks: sent ?? size ?? LAYOUT.segmentBlocks(ref.segment) };
    });
    yield* await Promise.all(read);
  }
}
