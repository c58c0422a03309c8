import { childId } from '../../shared/domain/ids.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { type Mark, registerOf, stillWaiting, suspectStep } from '../../shared/domain/sending.ts';
import type { ChildResult } from '../../shared/flow/child-result.ts';
import { commit, type RegisterChange } from '../../shared/flow/commit.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { admit } from './admit.ts';
import { callChildren } from './call-children.ts';
import { commitAndResend } from './commit-and-resend.ts';
import { countOutcomes, outcomesOf } from './count-results.ts';
import { backAt, decideFresh, deliveryOf, type Forwarding } from './forwarding.ts';
import { keepWaits } from './keep-waits.ts';

/**
 * A suspect slot: a forwarder may have died of one of its children. Before each call a mark says what is called: the whole slot, or
 * one child of a slot that a forwarder did die of. If this invocation dies too, the next one finds the mark.
 * @throws {RetryLater} while another invocation is calling the slot under a mark
 */
export async function forwardSuspect(forwarding: Forwarding, received: Received<WorkMessage>): Promise<void> {
  /** Of children that go on: they are called again, or handed back. */
  const results = new Map<number, ChildResult>();
  await keepWaits(results, () => callUnderMarks(forwarding, received, results));
}

async function callUnderMarks(
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
    // Read anew before each mark: other writers change the registers meanwhile, and so what is left to do.
    const state = await blocks.read(run, ref);
    const { decision } = await decideFresh(forwarding, received, state);
    if (decision.do === 'complete') await completeBlockIfFull(deps, block, state.done);
    if (decision.do === 'complete' || decision.do === 'void') return;
    if (decision.do === 'back') throw backAt(decision.until, deps.clock);
    const step = suspectStep(deliveryOf(received), state, called, invocation, deps.clock.now());
    switch (step.do) {
      case 'done': {
        const complete = [...results.values()].every(({ kind }) => kind !== 'handed-back');
        return commitAndResend(forwarding, received, state, { results }, complete);
      }
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
        const { children, register: next } = step;
        const admission = await admit(forwarding, message);
        if (!admission.admitted) {
          for (const n of children) results.set(n, { kind: 'handed-back', due: admission.due });
          // With what this step found out: the hand-back clears the mark that is its evidence.
          const seen = { ...state, registers: new Map(state.registers).set(slot, next) };
          return commitAndResend(forwarding, received, seen, { results }, false);
        }
        const read = registerOf(state, slot);
        if (!(await blocks.replaceRegister(run, ref, { slot, read, next, ttl }))) break;
        const said = [...results.values()].filter(({ kind }) => kind === 'waiting');
        const held = stillWaiting(state, slot).length + said.length;
        const calls = { message, children, tries: next.tries, jitter, held };
        const { results: came, stored, errors } = await callChildren(forwarding, calls);
        for (const n of children) called.add(n);
        for (const [n, result] of came) if (result.kind !== 'ended') results.set(n, result);
        const isFull = await endUnder(next.mark, outcomesOf(came, stored));
        if (errors.length > 0) throw errors[0];
        if (isFull) return;
        break;
      }
    }
  }

  /** Commits outcomes and ends the mark in the same write. */
  async function endUnder(mark: Mark, outcomes: readonly Outcome[]): Promise<boolean> {
    try {
      return await end(outcomes, { slot, endMark: mark });
    } catch (error) {
      // This invocation lives: a store or a queue failed, and the mark must not accuse anybody of it.
      await blocks.endMark(run, ref, { slot, mark, done: [], ttl }).catch(() => undefined);
      throw error;
    }
  }

  /** Commits outcomes; gives whether the block is full, so that nothing is left to do. */
  async function end(outcomes: readonly Outcome[], change?: RegisterChange): Promise<boolean> {
    const { full } = await commit(deps, block, outcomes, change);
    countOutcomes(deps, message, outcomes);
    return full;
  }
}
