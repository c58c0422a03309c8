import { isReached } from '../../shared/domain/answers.ts';
import { type Misfit, readBatch, type Unnamed } from '../../shared/domain/batch-answer.ts';
import { SIZES } from '../../shared/domain/limits.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import { type CallResult, judge, type Verdict } from '../../shared/domain/retry.ts';
import { NO_TRIES, type Tries } from '../../shared/domain/sending.ts';
import { type ChildResult, childResult } from '../../shared/flow/child-result.ts';
import type { AnswerRoom } from '../../shared/ports/caller.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { HoldResult } from '../../shared/storage/result-pack.ts';
import { childRequest } from './child-request.ts';
import type { ForwarderDeps } from './deps.ts';

/** What came of a batch. */
export interface Batched {
  readonly results: ReadonlyMap<number, ChildResult>;
  /** Those that it said nothing of, in halves that are called next: all of them where it failed as a whole. No try was spent. */
  readonly halves: readonly (readonly number[])[];
}

/** What a call of several came to. */
type Heard =
  /** For each of them. */
  | { readonly each: readonly (Verdict | Misfit | Unnamed)[] }
  /** For all of them at once. */
  | { readonly all: Verdict | Misfit };

/**
 * Calls children of a message with one call: a list of their items, answered by a list of outcomes. Where the call fails as a whole, one of
 * the items may be why: of two children or more it spends no try, and they are to be called in halves, until the culprit is alone.
 * So are those whose outcomes, among others with ids, have none.
 * Pressure is nobody's fault and a call that never reached the service says nothing of its items: these count for each of them.
 * @param jitter see {@link childResult}
 * @param isHalf of a call that failed as a whole
 */
export async function callBatch(
  deps: ForwarderDeps,
  message: WorkMessage,
  children: readonly number[],
  tries: ReadonlyMap<number, Tries>,
  run: RunRecord,
  jitter: number,
  room: AnswerRoom,
  hold: HoldResult,
  isHalf = false,
): Promise<Batched> {
  const results = new Map<number, ChildResult>();
  const made = await Promise.all(children.map((n) => childRequest(deps, message, n, tries.get(n) ?? NO_TRIES, run)));
  const sent = made.flatMap((one) => ('request' in one ? [one] : []));
  for (const one of made) if ('ended' in one) results.set(one.child.n, one.ended);
  const [first] = sent;
  if (first === undefined) return { results, halves: [] };
  const body = `[${sent.map(({ request }) => request.body).join(',')}]`;
  const ids = sent.map(({ child }) => child.id);
  const halves = halvesOf(sent.map(({ child }) => child.n));
  // Not sent at all: what a Lambda takes as a request has an end.
  if (sent.length > 1 && Buffer.byteLength(body) > SIZES.jsonBytes) return { results, halves };

  const began = deps.clock.now();
  const call = await deps.caller.call({
    run: message.run,
    root: firstRunOf(message.run),
    child: first.child.id,
    batch: ids,
    attempt: 1 + Math.max(...sent.map(({ child }) => child.before.tries)),
    ...first.request,
    body,
    room,
  });
  // What is halved, or called again, says nothing new of the service.
  const isFirst = !isHalf && sent.every(({ child: { before } }) => before.tries === 0 && before.together === undefined);
  const heard = hear(deps, call, ids, began, isFirst);
  if ('all' in heard && sent.length > 1 && isWorthHalving(heard.all)) {
    const wait = 'retryAfterMs' in heard.all ? heard.all.retryAfterMs : 0;
    if (wait === 0) return { results, halves };
    // The service says when it will serve again: the halves are called then.
    const due = deps.clock.now() + wait;
    const together = halves[0]?.length ?? 1;
    for (const { child } of sent) results.set(child.n, { kind: 'handed-back', due, together });
    return { results, halves: [] };
  }
  const unnamed: number[] = [];
  await Promise.all(
    sent.map(async ({ child }, i) => {
      const said = 'all' in heard ? heard.all : heard.each[i];
      if (said === undefined) throw new TypeError(`A batch has no verdict for child ${child.n}.`);
      if (said.kind === 'unnamed') return void unnamed.push(child.n);
      const verdict = said.kind === 'misfit' ? said : deps.gate.spares(said, child.before.pressed);
      const text = () => ('result' in said ? JSON.stringify(said.result) : '');
      results.set(child.n, await childResult(deps, hold, child, { verdict, ms: call.ms, text }, jitter));
    }),
  );
  return { results, halves: halvesOf(unnamed) };
}

/** Reads an answer, and tells the gate of it once: a batch is one call. */
function hear(
  { gate, clock }: ForwarderDeps,
  call: CallResult,
  ids: readonly string[],
  began: number,
  isFirst: boolean,
): Heard {
  const verdict = judge(call, clock.now());
  if (verdict.kind !== 'succeeded') return { all: gate.heard(verdict, began, isFirst) };
  const answer = readBatch(verdict.result, ids);
  const said = 'all' in answer ? [] : answer.each;
  // An item that finds the service busy says so of the service; one that fails says so only where none does better.
  const busy = said.find((one) => one.kind === 'pressure');
  const failed = said.flatMap((one) => (one.kind === 'try-spent' ? [one] : []));
  const [down] = failed.length === said.length ? failed : [];
  const heard = gate.heard(busy ?? down ?? verdict, began, isFirst);
  // The breaker is open: the service fails, and no item.
  if (down && heard.kind === 'pressure') return { each: failed.map((one) => ({ ...one, kind: 'pressure' })) };
  return answer;
}

function isWorthHalving(said: Verdict | Misfit): boolean {
  if (said.kind === 'try-spent' || said.kind === 'final') return isReached(said.reason);
  return said.kind === 'misfit';
}

function halvesOf(children: readonly number[]): readonly (readonly number[])[] {
  const middle = Math.ceil(children.length / 2);
  return [children.slice(0, middle), children.slice(middle)].filter(({ length }) => length > 0);
}
