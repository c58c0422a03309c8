import { childId } from '../../shared/domain/ids.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { aloneStep, NO_TRIES, registerOf } from '../../shared/domain/sending.ts';
import { commit, type RegisterChange } from '../../shared/flow/commit.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { RetryLater } from '../../shared/lambda/retry-later.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { admit } from './admit.ts';
import { type ChildResult, callChild } from './call-child.ts';
import { commitAndResend, countOutcomes } from './commit-and-resend.ts';
import { decideFresh, deliveryOf, type Forwarding } from './forwarding.ts';
import { keepWaits } from './keep-waits.ts';

/**
 * A suspect slot: one of its children may have killed the forwarder that called it. Before each call a mark says which child is
 * called, so that if this invocation dies too, the next one knows the child.
 * @throws {RetryLater} while another invocation is calling one of its children alone
 */
export async function forwardAlone(forwarding: Forwarding, received: Received<WorkMessage>): Promise<void> {
  /** Of children that go on: they are called again, or handed back. */
  const results = new Map<number, ChildResult>();
  await keepWaits(results, () => callOneByOne(forwarding, received, results));
}

async function callOneByOne(
  forwarding: Forwarding,
  received: Received<WorkMessage>,
  results: Map<number, ChildResult>,
): Promise<void> {
  const { deps, invocation } = forwarding;
  const { blocks } = deps.stores;
  const { message } = received;
  const { slot } = message;
  const block = blockOf(message);
  const { run, ref, ttl } = block;
  const jitter = deps.random.next();
  const called = new Set<number>();

  for (;;) {
    // Read anew before each child: other writers change the registers meanwhile, and so what is left to do.
    const state = await blocks.read(run, ref);
    const { decision } = await decideFresh(forwarding, received, state);
    if (decision.do === 'complete') await completeBlockIfFull(deps, block, state.done);
    if (decision.do === 'complete' || decision.do === 'void') return;
    const step = aloneStep(deliveryOf(received), state, called, invocation, deps.clock.now());
    switch (step.do) {
      case 'back':
        throw new RetryLater((step.until - deps.clock.now()) / 1_000 + 1);
      case 'done':
        return commitAndResend(forwarding, received, state, results, true);
      case 'poison': {
        const { child: n, calls: attempts } = step;
        deps.log.error('A child killed its forwarder every time; it fails as poison.', {
          child: childId({ ...ref, n }),
        });
        const isFull = await end([{ n, status: 'FAILED', reason: 'poison', result: null, attempts, ms: 0 }]);
        if (isFull) return;
        break;
      }
      case 'call': {
        const { child: n, register: next } = step;
        const admission = await admit(forwarding, message);
        if (!admission.admitted) {
          results.set(n, { kind: 'handed-back', due: admission.due });
          // With the crash that this step may have found: the hand-back clears the mark that is its evidence.
          const seen = { ...state, registers: new Map(state.registers).set(slot, next) };
          return commitAndResend(forwarding, received, seen, results, false);
        }
        const read = registerOf(state, slot);
        if (!(await blocks.replaceRegister(run, ref, { slot, read, next, ttl }))) break;
        const { mark } = next;
        try {
          const result = await callChild(deps, message, n, next.tries.get(n) ?? NO_TRIES, admission.run, jitter);
          called.add(n);
          if (result.kind !== 'ended') results.set(n, result);
          if (await end(result.kind === 'ended' ? [result.outcome] : [], { slot, endMark: mark })) return;
        } catch (error) {
          // This invocation lives: a store or a queue failed, and the mark must not accuse the child of it.
          await blocks.endMark(run, ref, { slot, mark, done: [], ttl }).catch(() => undefined);
          throw error;
        }
        break;
      }
    }
  }

  /** Commits outcomes; gives whether the block is full, so that nothing is left to do. */
  async function end(outcomes: readonly Outcome[], change?: RegisterChange): Promise<boolean> {
    const { full } = await commit(deps, block, outcomes, change);
    countOutcomes(deps, message, outcomes, 0);
    return full;
  }
}
