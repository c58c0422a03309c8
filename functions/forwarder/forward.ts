import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { maySend } from '../../shared/domain/run.ts';
import {
  type BlockState,
  type Decision,
  type Delivery,
  decide,
  missing,
  NO_TRIES,
  nextRegister,
  registerOf,
  delaySeconds as secondsUntilDue,
} from '../../shared/domain/sending.ts';
import type { Invocation } from '../../shared/flow/deps.ts';
import { writeOutcomes } from '../../shared/flow/outcomes.ts';
import { excerptOf, recordRefusal } from '../../shared/flow/refusal.ts';
import { tellIfBlockFull } from '../../shared/flow/tell.ts';
import { blockOf, outgoing } from '../../shared/flow/work.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { BlockReads } from './block-reads.ts';
import { type ChildResult, callChild } from './call-child.ts';
import type { ForwarderDeps } from './deps.ts';
import { forwardAlone } from './forward-alone.ts';
import { Lanes } from './lanes.ts';
import { OutcomeWrites } from './outcome-writes.ts';
import type { RunCache } from './run-cache.ts';

/**
 * Time kept for writing what the last calls came to: enough where two of the writes' tries get no answer, at three seconds
 * each (shared/lambda/wire.ts). What isn't written by then comes back with its message.
 */
const WRITE_MS = 10_000;

/** What forwarding one message needs; built per batch. */
export interface Forwarding {
  readonly deps: ForwarderDeps;
  readonly runs: RunCache;
  readonly blocks: BlockReads;
  readonly writes: OutcomeWrites;
  readonly lanes: Lanes;
  readonly invocation: Invocation;
}

/** Whether a call started now would still end, and be stored, within the invocation. */
export function hasTimeForCall({ deps, invocation }: Forwarding): boolean {
  return deps.clock.now() + deps.pipeline.endpoint.timeoutSeconds * 1_000 + WRITE_MS <= invocation.deadline;
}

export function deliveryOf({ message, receives }: Received<WorkMessage>): Delivery {
  return { slot: message.slot, count: message.items.length, turn: message.turn, blockSize: message.size, receives };
}

/**
 * One message: its missing children that are due are called, their outcomes stored, the slot sent again where some
 * remain. Returns normally when the message may be deleted, `alone` when it must wait for the rest of the batch.
 */
export async function forward(forwarding: Forwarding, received: Received<WorkMessage>): Promise<'done' | 'alone'> {
  const { deps, runs, blocks } = forwarding;
  const { message } = received;
  const [block] = await Promise.all([blocks.read(message.run, blockOf(message)), runs.read(message.run)]);
  const decision = await decideFresh(forwarding, received, block);
  // Behind the decision, which may have read it anew.
  const run = await runs.read(message.run);
  switch (decision.do) {
    case 'tell':
      await tellIfBlockFull(deps, message.run, blockOf(message), block.done, message.size, message.ttl);
      return 'done';
    case 'void':
      if (run === null) await refuseUnknown(deps, received);
      return 'done';
    case 'alone':
      return 'alone';
    case 'call': {
      if (!run) return 'done';
      const { results, errors } = await callAll(forwarding, message, block, decision.due, run);
      if (errors.length > 0) {
        await keep(forwarding, message, results);
        throw errors[0];
      }
      await settle(forwarding, received, block, results, results.size === decision.due.length);
      return 'done';
    }
  }
}

/** A message of a run that isn't there, or no longer: kept with the reason, as nobody else will ask for it. */
async function refuseUnknown(deps: ForwarderDeps, { messageId, message }: Received<WorkMessage>): Promise<void> {
  await recordRefusal(deps, {
    messageId,
    queue: 'work',
    reason: 'unknown-run',
    detail: `There is no run ${message.run}.`,
    excerpt: excerptOf(JSON.stringify(message)),
  });
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

/**
 * Calls children side by side; those that could not start in time are missing from what comes back. A store that fails
 * for one of them is an error beside the others' results: they were called, and none is left running.
 */
async function callAll(
  forwarding: Forwarding,
  message: WorkMessage,
  block: BlockState,
  due: readonly number[],
  run: RunRecord,
): Promise<{ results: Map<number, ChildResult>; errors: unknown[] }> {
  const { deps, runs, lanes } = forwarding;
  const register = registerOf(block, message.slot);
  const jitter = deps.random.next();
  const results = new Map<number, ChildResult>();
  const errors: unknown[] = [];
  await Promise.all(
    due.map((n) =>
      lanes.run(async () => {
        try {
          if (!hasTimeForCall(forwarding) || !(await mayCall(runs, message.run))) return;
          results.set(n, await callChild(deps, message, n, register.tries.get(n) ?? NO_TRIES, run, jitter));
        } catch (error) {
          errors.push(error);
        }
      }),
    ),
  );
  return { results, errors };
}

/** Stores what ended; the rest is left to the message, which comes back. */
async function keep(
  { deps, writes }: Forwarding,
  message: WorkMessage,
  results: ReadonlyMap<number, ChildResult>,
): Promise<void> {
  const outcomes = [...results.values()].flatMap((result) => (result.kind === 'ended' ? [result.outcome] : []));
  if (outcomes.length === 0) return;
  await writes.store(message, outcomes);
  countOutcomes(deps, message, outcomes, 0);
}

async function mayCall(runs: RunCache, run: string): Promise<boolean> {
  const record = await runs.read(run);
  return record !== null && maySend(record.status);
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
  await tellIfBlockFull(deps, message.run, ref, written.done, message.size, message.ttl);
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

/**
 * A whole batch: all ordinary messages side by side over the same lanes, then the suspects, one child at a time. What
 * comes back are the messages that failed, with the error or the seconds to wait.
 */
export async function forwardBatch(
  deps: ForwarderDeps,
  runs: RunCache,
  batch: readonly Received<WorkMessage>[],
  invocation: Invocation,
): Promise<Map<string, unknown>> {
  const forwarding = {
    deps,
    runs,
    blocks: new BlockReads(deps.stores.blocks),
    writes: new OutcomeWrites(
      deps,
      batch.map(({ message }) => message),
    ),
    lanes: new Lanes(deps.wiring.callsPerForwarder),
    invocation,
  };
  const failed = new Map<string, unknown>();
  const suspects: Received<WorkMessage>[] = [];
  await Promise.all(
    batch.map(async (received) => {
      try {
        const forwarded = forward(forwarding, received).finally(() => forwarding.writes.close(received.message));
        if ((await forwarded) === 'alone') suspects.push(received);
        // A slow service's batch takes minutes: its progress shows meanwhile, at most once a second.
        await deps.progress.flush();
      } catch (error) {
        failed.set(received.messageId, error);
      }
    }),
  );
  for (const suspect of suspects) {
    try {
      await forwardAlone(forwarding, suspect);
    } catch (error) {
      failed.set(suspect.messageId, error);
    }
  }
  await deps.progress.flush();
  return failed;
}
