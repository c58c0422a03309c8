import { WRITES } from '../../shared/domain/format.ts';
import type { SplitMessage } from '../../shared/domain/messages.ts';
import type { SplitterDeps } from './deps.ts';

/** Looks at the work queue's length that the slices of one run take together in a second at most. */
const LOOKS_PER_SECOND = 4;
/** Time between two looks of a slice at least. */
const LOOK_AGAIN_SECONDS = 2;

/** Sends a slice's message anew, to go on at once. */
export async function goOn(deps: SplitterDeps, run: string, slice: number): Promise<void> {
  await deps.queues.split.send([{ message: sliceMessage(deps, run, slice) }]);
}

/**
 * Sends a slice's message anew, to look again when some of the queue has been called. An invocation that slept instead would be
 * paid for, and a message that went back would count its receives.
 */
export async function goOnLater(deps: SplitterDeps, run: string, slice: number): Promise<void> {
  const { counted, slices } = await deps.stores.runs.readCompletion(run);
  const open = (slices ?? 1) - counted.size;
  const delaySeconds = Math.max(LOOK_AGAIN_SECONDS, Math.ceil(open / LOOKS_PER_SECOND));
  await deps.queues.split.send([{ message: sliceMessage(deps, run, slice), delaySeconds }]);
}

const sliceMessage = ({ pipeline }: SplitterDeps, run: string, slice: number): SplitMessage => ({
  v: WRITES,
  pipeline: pipeline.name,
  run,
  type: 'slice',
  slice,
});
