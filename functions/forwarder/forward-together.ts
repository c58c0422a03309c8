import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { type Care, registerOf, stillWaiting } from '../../shared/domain/sending.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { excerptOf, recordRefusal } from '../../shared/flow/refusal.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { callChildren } from './call-children.ts';
import { commitAndResend, storeEnded } from './commit-and-resend.ts';
import type { ForwarderDeps } from './deps.ts';
import { backAt, decideFresh, type Forwarding } from './forwarding.ts';
import { keepWaits } from './keep-waits.ts';

/**
 * An ordinary message: its missing children that are due are called side by side, and their outcomes committed. Where children
 * remain, the slot is sent again.
 * @returns the care with which a suspect has to be called, after the rest of the batch; 0 when the message may be deleted
 * @throws {RetryLater} while another invocation is calling its slot under a mark
 */
export async function forwardTogether(forwarding: Forwarding, received: Received<WorkMessage>): Promise<Care> {
  const { deps, runs, blocks } = forwarding;
  const { message } = received;
  // Read side by side: the decision then finds the run in the cache.
  const [block] = await Promise.all([blocks.read(blockOf(message)), runs.read(message.run)]);
  const { decision, run } = await decideFresh(forwarding, received, block);
  switch (decision.do) {
    case 'complete':
      await completeBlockIfFull(deps, blockOf(message), block.done);
      return 0;
    case 'void':
      if (run === null) await refuseUnknown(deps, received);
      return 0;
    case 'back':
      throw backAt(decision.until, deps.clock);
    case 'suspect':
      return decision.care;
    case 'call': {
      const { tries } = registerOf(block, message.slot);
      const held = stillWaiting(block, message.slot).length;
      const calls = { message, children: decision.due, tries, jitter: deps.random.next(), held };
      const { results, stored, errors } = await callChildren(forwarding, calls);
      await keepWaits(results, async () => {
        if (errors.length > 0) {
          await storeEnded(forwarding, message, { results, stored });
          throw errors[0];
        }
        const complete = [...results.values()].every(({ kind }) => kind !== 'handed-back');
        await commitAndResend(forwarding, received, block, { results, stored }, complete);
      });
      return 0;
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
