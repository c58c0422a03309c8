import { mostWaiting } from '../domain/capacity.ts';
import { blockSize, type ItemsPage, type Slot, slotsOf } from '../domain/chain.ts';
import { fairGroup } from '../domain/fair-group.ts';
import { WRITES } from '../domain/format.ts';
import type { BlockRef, RunBlock } from '../domain/layout.ts';
import { blockOf, type WorkMessage } from '../domain/messages.ts';
import type { Deps, FlowDeps } from '../ports/deps.ts';
import type { Outgoing } from '../ports/queue.ts';

/** The first messages, turn 0, of a block whose pages are all stored. */
export function firstMessages(
  { pipeline }: Pick<Deps, 'pipeline'>,
  { run, ttl }: { readonly run: string; readonly ttl: number },
  ref: BlockRef,
  pages: readonly ItemsPage[],
): WorkMessage[] {
  const block = { run, ref, size: blockSize(pages), ttl };
  return pages.flatMap(slotsOf).map((slot) => slotMessage(pipeline.name, block, slot, 0));
}

/** The message that carries a slot's children under this turn. */
export function slotMessage(
  pipeline: string,
  { run, ref: { slice, segment, block }, size, ttl }: RunBlock,
  { first, items }: Slot,
  turn: number,
): WorkMessage {
  return {
    v: WRITES,
    type: 'work',
    pipeline,
    run,
    at: [slice, segment, block],
    slot: first,
    turn,
    size,
    ttl,
    items: [...items],
  };
}

/**
 * Whether so much of a pipeline waits to be called that a splitter would only make the queue longer. Slices then look again later, each
 * with a message of its own.
 */
export function isEnoughWaiting({ pipeline, queues }: Pick<FlowDeps<'work'>, 'pipeline' | 'queues'>): Promise<boolean> {
  return queues.work.isLongerThan(mostWaiting(pipeline.limits));
}

/** A work message on its way: in a group of its run, where the definition wants runs to share the queue fairly. */
export function outgoing(
  { pipeline }: Pick<Deps, 'pipeline'>,
  message: WorkMessage,
  delaySeconds = 0,
): Outgoing<WorkMessage> {
  return { message, delaySeconds, group: pipeline.limits.fairRuns ? groupOf(message) : undefined };
}

function groupOf(message: WorkMessage): string {
  const { run, ref } = blockOf(message);
  return fairGroup(run, ref, message.slot);
}
