import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { aloneStep, NO_TRIES, type Register, registerOf } from '../../shared/domain/sending.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { writeOutcomes } from '../../shared/flow/outcomes.ts';
import { blockOf } from '../../shared/flow/work.ts';
import { RetryLater } from '../../shared/lambda/retry-later.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { type ChildResult, callChild } from './call-child.ts';
import { countOutcomes, decideFresh, deliveryOf, type Forwarding, hasTimeForCall, settle } from './forwarding.ts';

/**
 * A suspect slot: one of its children may have killed the forwarder that called it. Before each call a mark says who is
 * being called, so that if this invocation dies too, the next one knows of whom.
 * @throws {RetryLater} while another invocation is calling one of its children alone
 */
export async function forwardAlone(forwarding: Forwarding, received: Received<WorkMessage>): Promise<void> {
  const { deps, runs, invocation } = forwarding;
  const { blocks } = deps.stores;
  const { message } = received;
  const { run, slot, ttl } = message;
  const ref = blockOf(message);
  const jitter = deps.random.next();
  const called = new Set<number>();
  const again = new Map<number, ChildResult>();

  for (;;) {
    // Read anew before each child: its registers move under us, and so does what is left to do.
    const block = await blocks.read(run, ref);
    const decision = await decideFresh(forwarding, received, block);
    if (decision.do === 'tell') return completeBlockIfFull(deps, run, ref, block.done, message.size, ttl);
    const record = await runs.read(run);
    if (decision.do === 'void' || !record) return;
    const step = aloneStep(deliveryOf(received), block, called, invocation, deps.clock.now());
    switch (step.do) {
      case 'back':
        throw new RetryLater((step.until - deps.clock.now()) / 1_000 + 1);
      case 'done':
        return settle(forwarding, received, block, again, true);
      case 'poison': {
        deps.log.error('A child killed its forwarder every time; it fails as poison.', {
          run,
          at: message.at,
          n: step.child,
        });
        const outcome = {
          n: step.child,
          status: 'FAILED',
          reason: 'poison',
          result: null,
          attempts: step.calls,
          ms: 0,
        } as const;
        await store(outcome);
        await blocks.addDone(run, ref, [step.child], ttl);
        break;
      }
      case 'call': {
        const { child: n, register: next } = step;
        if (!hasTimeForCall(forwarding)) {
          // With the crash that this step may have found: the hand-back clears the mark that told of it.
          const seen = { ...block, registers: new Map(block.registers).set(slot, next) };
          return settle(forwarding, received, seen, again, false);
        }
        const read = registerOf(block, slot);
        if (!(await blocks.replaceRegister(run, ref, { slot, read, next, ttl }))) break;
        try {
          const result = await callChild(deps, message, n, next.tries.get(n) ?? NO_TRIES, record, jitter);
          called.add(n);
          if (result.kind === 'ended') await store(result.outcome);
          else again.set(n, result);
          await endMark(next, result.kind === 'ended' ? [n] : []);
        } catch (error) {
          // We live: what failed was a store or a queue, and the mark must not accuse the child of it.
          await endMark(next, []).catch(() => undefined);
          throw error;
        }
        break;
      }
    }
  }

  async function endMark({ mark }: Register, done: readonly number[]): Promise<void> {
    if (mark) await blocks.endMark(run, ref, { slot, mark, done, ttl });
  }

  async function store(outcome: Outcome): Promise<void> {
    await writeOutcomes(deps, run, ref, [outcome], ttl);
    countOutcomes(deps, message, [outcome], 0);
  }
}
