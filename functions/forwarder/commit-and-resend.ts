import { withCallbacks } from '../../shared/domain/joining.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import {
  type BlockState,
  delaySeconds,
  missing,
  nextRegister,
  registerOf,
  sendable,
} from '../../shared/domain/sending.ts';
import type { ChildResult } from '../../shared/flow/child-result.ts';
import { commit } from '../../shared/flow/commit.ts';
import { outgoing } from '../../shared/flow/work.ts';
import type { Received } from '../../shared/lambda/sqs.ts';
import { countOutcomes, outcomesOf } from './count-results.ts';
import type { ForwarderDeps } from './deps.ts';
import { deliveryOf, type Forwarding } from './forwarding.ts';

/** What a message's pass came to. */
interface Passed {
  readonly results: ReadonlyMap<number, ChildResult>;
  /** Of those that ended: their outcomes are committed already. */
  readonly stored?: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** Callbacks that may come in, one behind the other, between a read and a write; behind that the message comes back. */
const MOST_ROUNDS = 50;

/**
 * Ends a message's pass: commits what ended, and where children remain raises the slot's turn in the same write and sends the
 * slot again. Children without a result are handed back.
 * @param block as read, before the calls
 * @param complete every child that was due got its call
 */
export async function commitAndResend(
  { deps, commits, seats }: Pick<Forwarding, 'deps' | 'commits' | 'seats'>,
  received: Received<WorkMessage>,
  block: BlockState,
  { results, stored = NONE }: Passed,
  complete: boolean,
): Promise<void> {
  const { message } = received;
  const ended = new Set(outcomesOf(results).map(({ n }) => n));
  const outcomes = outcomesOf(results, stored);
  const again = dueTimes(results, 'again');
  const handedBack = dueTimes(results, 'handed-back');
  const pressed = new Set(
    [...results].flatMap(([n, result]) => ('isPressed' in result && result.isPressed ? [n] : [])),
  );
  const together = new Map(
    [...results].flatMap(([n, result]) =>
      result.kind === 'handed-back' && result.together !== undefined ? [[n, result.together] as const] : [],
    ),
  );
  const waiting = new Map(
    [...results].flatMap(([n, result]) => (result.kind === 'waiting' ? [[n, result.until] as const] : [])),
  );
  const of = { ended, again, handedBack, waiting, pressed, together, complete };
  countOutcomes(deps, message, outcomes, waiting.size);
  // Before the wait itself: nobody would ever look for one that stands in no bucket.
  await addWaits(deps, message, new Set(waiting.values()));
  const { slot } = message;
  let known = block;
  let toStore = outcomes;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = nextRegister(deliveryOf(received), known, of);
    if (next === null) {
      // What was committed before, its block's completion included, asks for no write more.
      if (toStore.length > 0 || stored.size === 0) await commits.commit(message, toStore);
      return seats.settle(message, 0);
    }
    const read = registerOf(known, slot);
    const change = { slot, raise: next, waiting: read.waiting };
    const { done, raised, register = read } = await commit(deps, blockOf(message), toStore, change);
    if (raised) {
      await seats.settle(message, next.waiting?.size ?? 0);
      const left = sendable(next, missing({ ...known, done }, slot, message.items.length));
      // None left: the others wait for callbacks, or a duplicate of this message has ended them meanwhile.
      if (left.length === 0) return;
      const delay = delaySeconds(next, left, deps.clock.now());
      return deps.queues.work.send([outgoing(deps, { ...message, turn: next.turn }, delay)]);
    }
    if (register.turn !== message.turn) return;
    // Callbacks came in while the others were called: what they changed holds, and goes with the next turn.
    toStore = [];
    known = { done, registers: new Map(known.registers).set(slot, withCallbacks(read, register)) };
  }
  throw new Error(`Callbacks changed slot ${slot} ${MOST_ROUNDS} times while its next message was to be sent.`);
}

/** Commits what ended of a message that comes back for the rest. */
export async function storeEnded(
  { deps, commits }: Forwarding,
  message: WorkMessage,
  { results, stored = NONE }: Passed,
): Promise<void> {
  const outcomes = outcomesOf(results, stored);
  if (outcomes.length === 0) return;
  await commits.commit(message, outcomes);
  countOutcomes(deps, message, outcomes);
}

async function addWaits({ stores }: ForwarderDeps, message: WorkMessage, untils: ReadonlySet<number>): Promise<void> {
  const { run, ref, ttl } = blockOf(message);
  const slot = { block: ref.block, slot: message.slot };
  await Promise.all([...untils].map((until) => stores.waits.add(run, ref, until, slot, ttl)));
}

function dueTimes(results: ReadonlyMap<number, ChildResult>, kind: 'again' | 'handed-back'): Map<number, number> {
  return new Map([...results].flatMap(([n, result]) => (result.kind === kind ? [[n, result.due] as const] : [])));
}
