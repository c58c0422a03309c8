import { type Completion, unpackCount } from '../domain/completion.ts';
import type { Checkpoint } from '../ports/chain-store.ts';
import type { Deps } from '../ports/deps.ts';

/** A planned slice, as far as it is known. */
export interface SliceSoFar {
  readonly slice: number;
  /** Segments it has; null until it is counted. */
  readonly segments: number | null;
  /** Behind what its splitter has sent, or before it: a checkpoint may lag. Null until the first one is written. */
  readonly checkpoint: Checkpoint | null;
}

/** Each planned slice of a run, with its checkpoint and its count; none before the plan is known. */
export async function readSlices(
  { stores }: Pick<Deps, 'stores'>,
  run: string,
  root: Completion,
): Promise<SliceSoFar[]> {
  const counts = new Map([...root.counted].map(unpackCount).map(({ slice, segments }) => [slice, segments]));
  const slices = Array.from({ length: root.slices ?? 0 }, (_, slice) => slice);
  const checkpoints = await stores.chains.readCheckpoints(run, slices);
  return slices.map((slice) => ({
    slice,
    segments: counts.get(slice) ?? null,
    checkpoint: checkpoints[slice] ?? null,
  }));
}
