import type { Lanes } from '../../shared/calling/lanes.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { statusAt } from '../../shared/domain/run.ts';
import { type BlockState, type Decision, type Delivery, decide } from '../../shared/domain/sending.ts';
import { RetryLater } from '../../shared/lambda/retry-later.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { BlockReads } from './block-reads.ts';
import type { ForwarderDeps } from './deps.ts';
import type { GroupCommits } from './group-commits.ts';
import type { RunCache } from './run-cache.ts';
import type { SeatTaker } from './seats.ts';

/** What the messages of one invocation share. */
export interface Forwarding {
  readonly deps: ForwarderDeps;
  readonly runs: RunCache;
  readonly blocks: BlockReads;
  readonly commits: GroupCommits;
  readonly lanes: Lanes;
  readonly seats: SeatTaker;
  readonly invocation: Invocation;
}

/** The part of a received message that decides. */
export function deliveryOf({ message, receives }: Received<WorkMessage>): Delivery {
  return { slot: message.slot, count: message.items.length, turn: message.turn, blockSize: message.size, receives };
}

/**
 * What to do with a message, and its run as the decision saw it. A cached status is good enough to call by; to delete by, it is
 * read anew.
 */
export async function decideFresh(
  { deps, runs, invocation }: Forwarding,
  received: Received<WorkMessage>,
  block: BlockState,
): Promise<{ readonly decision: Decision; readonly run: RunRecord | null }> {
  const now = deps.clock.now();
  const by = (run: RunRecord | null) => ({
    decision: decide(deliveryOf(received), block, run && statusAt(run, now), invocation.id, now),
    run,
  });
  const cached = by(await runs.read(received.message.run));
  if (cached.decision.do !== 'void') return cached;
  // The run may have been resumed since, and this message sent by that: deleting it would lose its children.
  return by(await runs.readNow(received.message.run));
}

/** A message goes back until another invocation's mark has ended, and a second longer: its delay is cut to whole seconds. */
export function backAt(until: number, clock: Clock): RetryLater {
  return new RetryLater((until - clock.now()) / 1_000 + 1);
}
