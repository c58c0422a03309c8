import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import {
  type BlockState,
  type Decision,
  type Delivery,
  decide,
  missing,
  nextRegister,
  delaySeconds as secondsUntilDue,
} from '../../shared/domain/sending.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { writeOutcomes } from '../../shared/flow/outcomes.ts';
import type { Semaphore } from '../../shared/flow/semaphore.ts';
import { blockOf, outgoing } from '../../shared/flow/work.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { BlockReads } from './block-reads.ts';
import type { ChildResult } from './call-child.ts';
import type { ForwarderDeps } from './deps.ts';
import type { OutcomeWrites } from './outcome-writes.ts';
import type { RunCache } from './run-cache.ts';

/**
 * Time kept for writing what the last calls came to: enough where two of the writes' tries get no answer, at three seconds
 * each (shared/lambda/connect.ts). What isn't written by then comes back with its message.
 */
const WRITE_MS = 10_000;

/** What forwarding one message needs; built per batch. */
export interface Forwarding {
  readonly deps: ForwarderDeps;
  readonly runs: RunCache;
  readonly blocks: BlockReads;
  readonly writes: OutcomeWrites;
  readonly lanes: Semaphore;
  readonly invocation: Invocation;
}

/** Whether a call started now would still end, and be stored, within the invocation. */
export function hasTimeForCall({ deps, invocation }: Forwarding): boolean {
  return deps.clock.now() + deps.pipeline.endpoint.timeoutSeconds * 1_000 + WRITE_MS <= invocation.deadline;
}

export function deliveryOf({ message, receives }: Received<WorkMessage>): Delivery {
  return { slot: message.slot, count: message.items.length, turn: message.turn, blockSize: message.size, receives };
}

/** What to do with a message. A cached status is good enough to call by; to delete by, it is read anew. */
export async function decideFresh(
  { deps, runs }: Forwarding,
  received: Received<WorkMessage>,
  block: BlockState,
): Promise<Decision> {
  const { run } = received.message;
  const delivery = deliveryOf(received);
  const decision = decide(delivery, block, (await runs.read(run))?.status ?? null, deps.clock.now());
  if (decision.do !== 'void') return decision;
  // The run may have been resumed since, and this message sent by that: deleting it would lose its children.
  return decide(delivery, block, (await runs.readNow(run))?.status ?? null, deps.clock.now());
}

/** Outcome page, then the set and the register in one write, then the next message or the next level. */
export async function settle(
  { deps, writes }: Forwarding,
  received: Received<WorkMessage>,
  block: BlockState,
  results: ReadonlyMap<number, ChildResult>,
  complete: boolean,
): Promise<void> {
  const { stores, queues, clock } = deps;
  const { message } = received;
  const ref = blockOf(message);
  const outcomes: Outcome[] = [];
  const again = new Map<number, number>();
  for (const [n, result] of results) {
    if (result.kind === 'ended') outcomes.push(result.outcome);
    else again.set(n, result.due);
  }
  const done = outcomes.map(({ n }) => n);
  const next = nextRegister(deliveryOf(received), block, { ended: new Set(done), again, complete });
  countOutcomes(deps, message, outcomes, again.size);
  if (next === null) return writes.store(message, outcomes);
  if (outcomes.length > 0) await writeOutcomes(deps, message.run, ref, outcomes, message.ttl);
  const written = await stores.blocks.settle(message.run, ref, { slot: message.slot, done, next, ttl: message.ttl });
  if (written.raised) {
    const left = missing({ done: written.done, registers: block.registers }, message.slot, message.items.length);
    const delaySeconds = secondsUntilDue(next, left, clock.now());
    // None left: a duplicate of this message has ended the others meanwhile.
    const again = { ...message, turn: next.turn, failed: undefined };
    if (left.length > 0) await queues.work.send([outgoing(deps, again, delaySeconds)]);
  }
  await completeBlockIfFull(deps, message.run, ref, written.done, message.size, message.ttl);
}

/** For progress bars and dashboards; nothing decides by it. */
export function countOutcomes(
  deps: ForwarderDeps,
  message: WorkMessage,
  outcomes: readonly Outcome[],
  retried: number,
): void {
  const succeeded = outcomes.filter(({ status }) => status === 'SUCCEEDED').length;
  const failed = outcomes.length - succeeded;
  deps.progress.add(message.run, message.ttl, { succeeded, failed, retried });
  if (succeeded > 0) deps.metrics.count('ChildrenSucceeded', succeeded);
  if (failed > 0) deps.metrics.count('ChildrenFailed', failed);
  if (retried > 0) deps.metrics.count('CallsRetried', retried);
}
