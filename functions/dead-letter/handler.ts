import * as z from 'zod';
import { callMessage } from '../../shared/domain/call-message.ts';
import {
  aggregateMessage,
  blockOf,
  splitMessage,
  type WorkMessage,
  workMessage,
} from '../../shared/domain/messages.ts';
import { missing, registerOf, sendable } from '../../shared/domain/sending.ts';
import { NewerVersionError } from '../../shared/domain/versions.ts';
import { giveUp } from '../../shared/flow/commit.ts';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { withLogIds } from '../../shared/lambda/log-ids.ts';
import { readMessage, refuse, type SqsEvent, sqsEvent } from '../../shared/lambda/sqs.ts';
import type { DeadLetterDeps } from './deps.ts';

/** Takes what the queues gave up on: nothing that reaches a dead-letter queue is lost, or left without a reason. */
export function deadLetter(deps: DeadLetterDeps) {
  return lambdaHandler(deps, sqsEvent, async (event) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const entry of event.Records) {
      try {
        await withLogIds({ messageId: entry.messageId }, () => handleDeadLetter(deps, entry));
      } catch (error) {
        batchItemFailures.push({ itemIdentifier: entry.messageId });
        if (error instanceof NewerVersionError) {
          // Nothing is given up for what this release can't read: it stays until a newer one takes it, or the queue lets it go. What
          // it stood for is in the table, whose sweeper or deadline ends its run.
          deps.metrics.count('MessagesFailed', 1);
          deps.log.warn('A dead letter waits for a newer release.', { messageId: entry.messageId });
          continue;
        }
        // It stays in the dead-letter queue and comes back after its time-out: there is no queue behind this one.
        deps.metrics.count('MessagesFailed', 1);
        const { messageId } = entry;
        deps.log.error('A dead letter could not be handled; it comes back.', { messageId, error: String(error) });
      }
    }
    return { batchItemFailures };
  });
}

async function handleDeadLetter(deps: DeadLetterDeps, entry: SqsEvent['Records'][number]): Promise<void> {
  const work = readMessage(workMessage, deps.pipeline.name, entry.body);
  if ('message' in work) {
    const { reason, detail } = await giveUpSlot(deps, work.message);
    return refuse(deps, entry, reason, detail);
  }
  if ('newer' in work) throw work.newer;
  const other = readMessage(z.union([splitMessage, aggregateMessage, callMessage]), deps.pipeline.name, entry.body);
  if ('message' in other) {
    // The table holds all that this message said, and what looks after that takes it up from there.
    const next = other.message.type === 'calls' ? 'a round sends its tasks again' : 'the sweeper resumes its run';
    return refuse(deps, entry, 'gave-up', `Its function failed with it every time; ${next}.`);
  }
  return refuse(deps, entry, work.reason, work.detail);
}

/**
 * The message's missing children fail, unless its turn is old: then a later message has them.
 * @returns what became of them
 */
async function giveUpSlot(deps: DeadLetterDeps, message: WorkMessage): Promise<{ reason: string; detail: string }> {
  const block = blockOf(message);
  const run = await deps.stores.runs.read(message.run);
  if (!run) return { reason: 'unknown-run', detail: `There is no run ${message.run}.` };
  const state = await deps.stores.blocks.read(message.run, block.ref);
  const register = registerOf(state, message.slot);
  if (register.turn !== message.turn) {
    return { reason: 'old-turn', detail: 'A later message has its children: none was given up.' };
  }
  // What waits for its callback is in no message.
  const children = sendable(register, missing(state, message.slot, message.items.length));
  await giveUp(deps, block, state, children, { status: 'FAILED', reason: 'dead-letter' });
  const became =
    children.length > 0 ? `its missing children, ${children.length}, FAILED` : 'no child of it was missing';
  return { reason: 'gave-up', detail: `The forwarder failed with it every time; ${became}.` };
}
