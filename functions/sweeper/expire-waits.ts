import { forwarderTimeoutSeconds } from '../../shared/domain/capacity.ts';
import { blockSize, slotsOf } from '../../shared/domain/chain.ts';
import { isUnderWay } from '../../shared/domain/joining.ts';
import { nextDue } from '../../shared/domain/retry.ts';
import { delaySeconds, missing, NO_TRIES, type Register, registerOf, sendable } from '../../shared/domain/sending.ts';
import type { WaitBucket, WaitingSlot } from '../../shared/domain/waiting.ts';
import { commit } from '../../shared/flow/commit.ts';
import { parallel } from '../../shared/flow/parallel.ts';
import { outgoing, slotMessage } from '../../shared/flow/work.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { SweeperDeps } from './deps.ts';

/** Buckets looked at in one round; those that are over are taken off it. */
const BUCKETS = 50;
/** Slots at once. */
const AT_ONCE = 16;
/** A wait's bucket is written before the wait: whoever wrote it may be at it until its invocation ends. */
const MARGIN_MS = 60_000;
/** While a message calls others of its slot, a wait is let be, but no longer than a message can be delayed. */
const LET_BE_MS = 900_000;
/** Whoever finds a slot changed so often looks again a minute later. */
const MOST_ROUNDS = 20;

/**
 * Ends the waits whose time is over: their children fail, or are called again, as the definition says. A bucket goes once all in it is done,
 * and is looked at again otherwise.
 * @returns whether anybody still waits
 */
export async function expireWaits(deps: SweeperDeps, record: RunRecord): Promise<boolean> {
  const { pipeline, stores, clock } = deps;
  if (!pipeline.callback) return false;
  const buckets = await stores.waits.first(record.run, BUCKETS);
  const margin = forwarderTimeoutSeconds(pipeline.endpoint) * 1_000 + MARGIN_MS;
  const over = buckets.filter(({ until }) => until + margin <= clock.now());
  const ended = { failed: 0, retried: 0 };
  let kept = buckets.length - over.length;
  for (const bucket of over) {
    const isPatient = clock.now() < bucket.until + margin + LET_BE_MS;
    let isLetBe = false;
    await parallel(each(bucket.slots), AT_ONCE, async (slot) => {
      const came = await expireSlot(deps, record, bucket, slot, isPatient);
      if (came === null) isLetBe = true;
      ended.failed += came?.failed ?? 0;
      ended.retried += came?.retried ?? 0;
    });
    if (isLetBe) kept++;
    else await stores.waits.remove(record.run, bucket);
  }
  const waiting = -(ended.failed + ended.retried);
  // For displays alone: they say how many wait.
  if (waiting < 0)
    await stores.progress.bump(record.run, 'sweeper', { succeeded: 0, ...ended, waiting }, clock.now(), record.ttl);
  return kept > 0;
}

async function* each<T>(values: readonly T[]) {
  yield* values;
}

/** @returns how many of its children failed by it, and how many are called again; null where it is to be looked at again */
async function expireSlot(
  deps: SweeperDeps,
  { run, ttl }: RunRecord,
  { until, ref: segment }: WaitBucket,
  { block, slot }: WaitingSlot,
  isPatient: boolean,
): Promise<{ readonly failed: number; readonly retried: number } | null> {
  const { stores, queues, pipeline, clock, random } = deps;
  const ref = { ...segment, block };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { state, pages } = await stores.blocks.readAll(run, ref);
    const of = pages.flatMap(slotsOf).find(({ first }) => first === slot);
    const read = registerOf(state, slot);
    const over = [...(read.waiting ?? [])].flatMap(([n, time]) => (time <= until && !state.done.has(n) ? [n] : []));
    if (!of || over.length === 0) return { failed: 0, retried: 0 };
    // Its end raises the turn; raised here, the others would be called twice.
    if (isPatient && isUnderWay(read, missing(state, slot, of.items.length), clock.now())) return null;
    const { attempts } = pipeline.retry;
    const triesOf = (n: number) => read.tries.get(n) ?? NO_TRIES;
    const again = pipeline.callback?.onExpiry === 'retry' ? over.filter((n) => triesOf(n).tries + 1 < attempts) : [];
    const failed = over.filter((n) => !again.includes(n));
    const tries = new Map(read.tries);
    const jitter = random.next();
    for (const n of again) {
      const spent = triesOf(n).tries + 1;
      const due = nextDue(pipeline.retry, spent, 0, jitter, clock.now());
      tries.set(n, { ...triesOf(n), tries: spent, due });
    }
    const { waiting: waited = new Map<number, number>(), ...kept } = read;
    const waiting = new Map([...waited].filter(([n]) => !over.includes(n)));
    const next: Register = { ...kept, turn: read.turn + 1, tries, ...(waiting.size > 0 && { waiting }) };
    const outcomes = failed.map((n) => {
      const calls = triesOf(n).tries + 1;
      return { n, status: 'FAILED', reason: 'callback-expired', result: null, attempts: calls, ms: 0 } as const;
    });
    const size = blockSize(pages);
    const change = { slot, raise: next, waiting: read.waiting };
    const { raised, done } = await commit(deps, { run, ref, size, ttl }, outcomes, change);
    deps.metrics.count('ChildrenFailed', failed.length);
    // Another writer has raised the turn meanwhile, or a service was heard of.
    if (!raised) continue;
    const left = sendable(next, missing({ ...state, done }, slot, of.items.length));
    const message = slotMessage(pipeline.name, { run, ref, size, ttl }, of, next.turn);
    if (left.length > 0) await queues.work.send([outgoing(deps, message, delaySeconds(next, left, clock.now()))]);
    return { failed: failed.length, retried: again.length };
  }
  return null;
}
