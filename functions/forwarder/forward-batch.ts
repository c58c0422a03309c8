import { Lanes } from '../../shared/calling/lanes.ts';
import { lastStartOf } from '../../shared/calling/last-start.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Care } from '../../shared/domain/sending.ts';
import { askForJudgement, isCanary } from '../../shared/flow/judge-canary.ts';
import { withLogIds } from '../../shared/lambda/log-ids.ts';
import { logIdsOf, type Received } from '../../shared/lambda/sqs.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import { BlockReads } from './block-reads.ts';
import type { ForwarderDeps } from './deps.ts';
import { forwardSuspect } from './forward-suspect.ts';
import { forwardTogether } from './forward-together.ts';
import type { Forwarding } from './forwarding.ts';
import { GroupCommits } from './group-commits.ts';
import type { RunCache } from './run-cache.ts';
import { SeatTaker } from './seats.ts';

/**
 * A whole batch: all ordinary messages side by side over the same lanes, then the suspects one slot after the other, those that a
 * forwarder died of last. Of copies of a message one is forwarded, and what becomes of it becomes of the others.
 * @returns the messages that failed, by id, with the error or the seconds to wait
 */
export async function forwardBatch(
  deps: ForwarderDeps,
  runs: RunCache,
  received: readonly Received<WorkMessage>[],
  invocation: Invocation,
): Promise<Map<string, unknown>> {
  const { batch, copies } = apartFromCopies(received);
  deps.gate.begin();
  const messages = batch.map(({ message }) => message);
  const forwarding: Forwarding = {
    deps,
    runs,
    blocks: new BlockReads(deps.stores.blocks),
    commits: new GroupCommits(deps, messages),
    lanes: new Lanes(deps.gate, deps, lastStartOf(deps, invocation)),
    seats: new SeatTaker(deps, invocation),
    invocation,
  };
  const failed = new Map<string, unknown>();
  const suspects: { readonly received: Received<WorkMessage>; readonly care: Care }[] = [];
  await Promise.all(
    batch.map(async (received) => {
      try {
        const forwarded = withLogIds(logIdsOf(received), () => forwardTogether(forwarding, received)).finally(() =>
          forwarding.commits.close(received.message),
        );
        const care = await forwarded;
        if (care > 0) suspects.push({ received, care });
        // A slow service's batch takes minutes: its progress shows meanwhile, at most once a second.
        await deps.progress.flush();
      } catch (error) {
        failed.set(received.messageId, error);
      }
    }),
  );
  for (const { received } of suspects.sort((a, b) => a.care - b.care)) {
    try {
      await withLogIds(logIdsOf(received), () => forwardSuspect(forwarding, received));
    } catch (error) {
      failed.set(received.messageId, error);
    }
  }
  await askForJudgements(deps, runs, batch, failed);
  await Promise.all([deps.progress.settle(), deps.gate.end()]);
  for (const { messageId, of } of copies) if (failed.has(of)) failed.set(messageId, failed.get(of));
  return failed;
}

/**
 * Asks for the judgement of each run whose canary is called here. Before the messages are deleted: one that comes back asks again.
 */
async function askForJudgements(
  deps: ForwarderDeps,
  runs: RunCache,
  batch: readonly Received<WorkMessage>[],
  failed: Map<string, unknown>,
): Promise<void> {
  const first = batch.filter(({ message: { at }, messageId }) => at[0] === 0 && !failed.has(messageId));
  for (const run of new Set(first.map(({ message }) => message.run))) {
    const record = await runs.known(run);
    if (record === null || !isCanary(record)) continue;
    try {
      await askForJudgement(deps, run);
    } catch (error) {
      for (const { message, messageId } of first) if (message.run === run) failed.set(messageId, error);
    }
  }
}

/** A message that another of the batch says too: the queue handed it out twice, or its sender sent it again. */
interface Copy {
  readonly messageId: string;
  /** The id of the one that is forwarded, which may be the same. */
  readonly of: string;
}

/**
 * One message for each slot and turn, and its copies. One that was received before is none: it is a suspect, which reads its
 * block anew behind all else.
 */
function apartFromCopies(received: readonly Received<WorkMessage>[]): {
  readonly batch: readonly Received<WorkMessage>[];
  readonly copies: readonly Copy[];
} {
  const batch: Received<WorkMessage>[] = [];
  const copies: Copy[] = [];
  const ids = new Map<string, string>();
  for (const one of received) {
    const { run, at, slot, turn } = one.message;
    const key = JSON.stringify([run, at, slot, turn]);
    const of = one.receives > 1 ? undefined : ids.get(key);
    if (of !== undefined) copies.push({ messageId: one.messageId, of });
    else {
      batch.push(one);
      if (one.receives === 1) ids.set(key, one.messageId);
    }
  }
  return { batch, copies };
}
