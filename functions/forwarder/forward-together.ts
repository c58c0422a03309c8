import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { type BlockState, NO_TRIES, registerOf } from '../../shared/domain/sending.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { excerptOf, recordRefusal } from '../../shared/flow/refusal.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { admit } from './admit.ts';
import { type ChildResult, callChild } from './call-child.ts';
import { commitAndResend, storeEnded } from './commit-and-resend.ts';
import type { ForwarderDeps } from './deps.ts';
import { decideFresh, type Forwarding } from './forwarding.ts';
import { keepWaits } from './keep-waits.ts';

/**
 * An ordinary message: its missing children that are due are called side by side, and their outcomes committed. Where children
 * remain, the slot is sent again.
 * @returns `done` when the message may be deleted, `suspect` when its children must be called alone, after the rest of the batch
 */
export async function forwardTogether(
  forwarding: Forwarding,
  received: Received<WorkMessage>,
): Promise<'done' | 'suspect'> {
  const { deps, runs, blocks } = forwarding;
  const { message } = received;
  // Read side by side: the decision then finds the run in the cache.
  const [block] = await Promise.all([blocks.read(blockOf(message)), runs.read(message.run)]);
  const { decision, run } = await decideFresh(forwarding, received, block);
  switch (decision.do) {
    case 'complete':
      await completeBlockIfFull(deps, blockOf(message), block.done);
      return 'done';
    case 'void':
      if (run === null) await refuseUnknown(deps, received);
      return 'done';
    case 'alone':
      return 'suspect';
    case 'call': {
      const { results, errors } = await callAll(forwarding, message, block, decision.due);
      await keepWaits(results, async () => {
        if (errors.length > 0) {
          await storeEnded(forwarding, message, results);
          throw errors[0];
        }
        const complete = [...results.values()].every(({ kind }) => kind !== 'handed-back');
        await commitAndResend(forwarding, received, block, results, complete);
      });
      return 'done';
    }
  }
}

/** Records a message whose run isn't there, with the reason: the message itself is deleted. */
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
 * Calls children side by side. A store that fails for one of them is an error beside the others' results: they were called, and
 * none is left running.
 */
async function callAll(
  forwarding: Forwarding,
  message: WorkMessage,
  block: BlockState,
  due: readonly number[],
): Promise<{ results: Map<number, ChildResult>; errors: unknown[] }> {
  const { deps, lanes } = forwarding;
  const { tries } = registerOf(block, message.slot);
  const jitter = deps.random.next();
  const results = new Map<number, ChildResult>();
  const errors: unknown[] = [];
  const call = async (n: number): Promise<ChildResult> => {
    const admission = await admit(forwarding, message);
    if (!admission.admitted) return { kind: 'handed-back', due: admission.due };
    return callChild(deps, message, n, tries.get(n) ?? NO_TRIES, admission.run, jitter);
  };
  await Promise.all(
    due.map((n) =>
      lanes.run(async () => {
        try {
          results.set(n, await call(n));
        } catch (error) {
          errors.push(error);
        }
      }),
    ),
  );
  return { results, errors };
}
