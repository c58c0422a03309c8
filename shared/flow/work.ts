import { blockSize, type ItemsPage, slotsOf } from '../domain/chain.ts';
import type { BlockRef } from '../domain/layout.ts';
import type { WorkMessage } from '../domain/messages.ts';
import type { Deps } from '../ports/deps.ts';
import type { Outgoing } from '../ports/queue.ts';

/** The first messages, turn 0, of a block whose pages are all stored. */
export function firstMessages(
  head: { readonly pipeline: string; readonly run: string; readonly ttl: number },
  { slice, segment, block }: BlockRef,
  pages: readonly ItemsPage[],
): WorkMessage[] {
  const size = blockSize(pages);
  return pages.flatMap(slotsOf).map(({ first, items }) => ({
    v: 1,
    type: 'work',
    pipeline: head.pipeline,
    run: head.run,
    at: [slice, segment, block],
    slot: first,
    turn: 0,
    size,
    ttl: head.ttl,
    items: [...items],
  }));
}

export function blockOf({ at: [slice, segment, block] }: WorkMessage): BlockRef {
  return { slice, segment, block };
}

/** A work message on its way: in its run's group, where the definition wants runs to share the queue fairly. */
export function outgoing(
  { pipeline }: Pick<Deps, 'pipeline'>,
  message: WorkMessage,
  delaySeconds = 0,
): Outgoing<WorkMessage> {
  return { message, delaySeconds, group: pipeline.limits.fairRuns ? message.run : undefined };
}
