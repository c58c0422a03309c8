import type { Pipeline } from '../../shared/author/definition.ts';
import { lastStartOf } from '../../shared/calling/last-start.ts';
import {
  type Call,
  type CallMark,
  type CallOutcome,
  callKeptUntil,
  decideRefused,
  isTooLate,
  patienceOf,
  type Settlement,
  settlementOf,
  type TryResult,
  takeUp,
} from '../../shared/domain/call.ts';
import type { CallMessage } from '../../shared/domain/call-message.ts';
import { forwarderTimeoutSeconds } from '../../shared/domain/capacity.ts';
import { type SendDeps, sendCalls } from '../../shared/flow/send-calls.ts';
import type { CallStore } from '../../shared/ports/call-store.ts';
import type { Invocation, Process } from '../../shared/ports/deps.ts';
import { countSettled } from './count-settled.ts';

/** What makes calls that stand alone. */
export interface MakeDeps extends SendDeps, Pick<Process, 'clock' | 'random' | 'log' | 'metrics'> {
  readonly pipeline: Pick<Pipeline, 'name' | 'retentionDays' | 'endpoint' | 'tasks'>;
  readonly calls: CallStore;
  /** What holds calls back: null once one may begin, or when it is due; see the forwarder's. */
  readonly lanes: { enter(): null | Promise<number | null>; leave(): void };
  /** One HTTP call, and what it means by the retry policy. */
  attempt(call: Call): Promise<TryResult>;
}

/** A message of the queue. */
export interface ReceivedCalls {
  readonly messageId: string;
  readonly message: CallMessage;
}

/** One call as its message names it. */
interface Named {
  readonly id: string;
  readonly turn: number;
  readonly due: number;
}

/** A message's delay is in whole seconds, rounded down: the rest is waited for here. */
const MOST_WAITED_MS = 1_000;

/**
 * Makes the calls of a batch: all side by side, then the suspects one after the other, when all else is stored. What can't be made now is
 * sent anew before its message may be deleted; messages of one turn never claim beside each other.
 * @returns the messages that failed, by id, with the error: they come back
 */
export async function makeCalls(
  deps: MakeDeps,
  received: readonly ReceivedCalls[],
  invocation: Invocation,
): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const suspects: (() => Promise<void>)[] = [];
  await Promise.all(
    received.flatMap(({ messageId, message }) =>
      message.calls.map(async ([id, turn, due]) => {
        const named = { id, turn, due };
        const fail = (error: unknown) => void failed.set(messageId, error);
        const isSuspect = await makeCall(deps, named, invocation, false).catch(fail);
        if (isSuspect) suspects.push(() => makeCall(deps, named, invocation, true).then(() => undefined, fail));
      }),
    ),
  );
  for (const make of suspects) await make();
  return failed;
}

/** @returns whether it is a suspect, which is left to be called by itself */
async function makeCall(deps: MakeDeps, named: Named, invocation: Invocation, isAlone: boolean): Promise<boolean> {
  const { clock, lanes } = deps;
  if (named.due - clock.now() > MOST_WAITED_MS) return sendAnew(deps, named);
  await until(deps, named.due);
  const entry = lanes.enter();
  const later = entry === null ? null : await entry;
  if (later !== null) return sendAnew(deps, { ...named, due: Math.max(later, clock.now()) });
  try {
    return await claimAndCall(deps, named, invocation, isAlone);
  } finally {
    lanes.leave();
  }
}

async function claimAndCall(deps: MakeDeps, named: Named, invocation: Invocation, isAlone: boolean): Promise<boolean> {
  const { calls, clock, random } = deps;
  const { id, turn } = named;
  const mark: CallMark = { by: random.id(), deadline: invocation.deadline };
  // Before each claim: one that can't be called any more would only be marked for nothing.
  while (clock.now() <= lastStartOf(deps, invocation)) {
    const claimed = isAlone ? null : await calls.claim(id, turn, mark, clock.now());
    if (claimed) return callAndSettle(deps, claimed, mark, invocation);
    const read = await calls.read(id);
    const decision = decideRefused(read, turn, mark.by, clock.now());
    if (decision.do === 'void' || read === null) return false;
    switch (decision.do) {
      case 'call':
        return callAndSettle(deps, read, mark, invocation);
      case 'back':
        // Deleted, it would leave nobody to find that the holder died; a second more, as the delay is cut to whole seconds.
        return sendAnew(deps, { ...named, due: decision.until + 1_000 });
      case 'early':
        return sendAnew(deps, { ...named, due: decision.due });
      case 'claim':
        // A suspect no longer, as another has settled it and its turn is still this one: there is no such write but a release.
        isAlone = false;
        break;
      case 'suspect': {
        if (!isAlone) return true;
        const alone = await takeUpAlone(deps, read, mark);
        if (alone === 'ended') return false;
        if (alone) return callAndSettle(deps, alone, mark, invocation);
        break;
      }
    }
  }
  return sendAnew(deps, named);
}

/** Claims a suspect, or ends it as poison; null where others wrote meanwhile. */
async function takeUpAlone(deps: MakeDeps, read: Call, mark: CallMark): Promise<Call | 'ended' | null> {
  const { crashes, isPoison } = takeUp(read);
  if (!isPoison) return deps.calls.claimAlone(read, mark, crashes);
  deps.log.error('A call killed its function every time; it fails as poison.', { call: read.id });
  const outcome: CallOutcome = { ...failure('FAILED', 'poison', read), at: deps.clock.now() };
  if (!(await deps.calls.end(read, outcome, keptUntil(deps)))) return null;
  deps.metrics.count('TasksFailed', 1);
  return 'ended';
}

async function callAndSettle(deps: MakeDeps, call: Call, mark: CallMark, invocation: Invocation): Promise<false> {
  const { calls, clock, pipeline } = deps;
  const began = clock.now();
  const isLate = isTooLate(call, began);
  // The claim counted a call that is not made.
  const counted = isLate ? { ...call, calls: call.calls - 1 } : call;
  if (!isLate && began > lastStartOf(deps, invocation)) {
    await calls.release(call.id, mark.by, false);
    return sendAnew(deps, call);
  }
  try {
    const patience = patienceOf(forwarderTimeoutSeconds(pipeline.endpoint));
    const settlement: Settlement = isLate
      ? { outcome: { ...failure('EXPIRED', 'too-late', counted), at: began }, late: call.late }
      : settlementOf(call, await deps.attempt(call), began, clock.now(), patience);
    const isStored = await calls.settle(counted, settlement, keptUntil(deps));
    if (isStored) countSettled(deps, call, settlement);
    if (!isStored || !('next' in settlement) || !settlement.next.look.sends) return false;
    return sendAnew(deps, { ...call, ...settlement.next });
  } catch (error) {
    // This invocation lives: a store or a queue failed, and the mark must not accuse the call of it.
    await calls.release(call.id, mark.by, true).catch(() => undefined);
    throw error;
  }
}

const keptUntil = ({ pipeline, clock }: MakeDeps) => callKeptUntil(pipeline.retentionDays, clock.now());

function failure(status: 'FAILED' | 'EXPIRED', reason: string, { calls }: Call): Omit<CallOutcome, 'at'> {
  return { status, reason, result: null, attempts: calls, ms: 0 };
}

async function sendAnew(deps: MakeDeps, named: Named): Promise<false> {
  await sendCalls(deps, [named]);
  return false;
}

async function until({ clock }: MakeDeps, time: number): Promise<void> {
  const wait = time - clock.now();
  if (wait > 0) await new Promise<void>((resolve) => void clock.after(wait, resolve, 'wait'));
}
