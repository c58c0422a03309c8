import type { WorkMessage } from '../../shared/domain/messages.ts';
import { maySend } from '../../shared/domain/run.ts';
import { type BlockState, NO_TRIES, registerOf } from '../../shared/domain/sending.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { excerptOf, recordRefusal } from '../../shared/flow/refusal.ts';
import { Semaphore } from '../../shared/flow/semaphore.ts';
import { blockOf } from '../../shared/flow/work.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { BlockReads } from './block-reads.ts';
import { type ChildResult, callChild } from './call-child.ts';
import type { ForwarderDeps } from './deps.ts';
import { forwardAlone } from './forward-alone.ts';
import { countOutcomes, decideFresh, type Forwarding, hasTimeForCall, settle } from './forwarding.ts';
import { OutcomeWrites } from './outcome-writes.ts';
import type { RunCache } from './run-cache.ts';

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
      await completeBlockIfFull(deps, message.run, blockOf(message), block.done, message.size, message.ttl);
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
    lanes: new Semaphore(deps.wiring.callsPerForwarder),
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
