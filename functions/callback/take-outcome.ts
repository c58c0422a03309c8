import { childId } from '../../shared/domain/ids.ts';
import { readJson } from '../../shared/domain/json.ts';
import type { RunBlock } from '../../shared/domain/layout.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { Verdict } from '../../shared/domain/retry.ts';
import { misfitPlace, saidOutcome, verdictOf } from '../../shared/domain/said-outcome.ts';
import { type BlockState, NO_TRIES, registerOf } from '../../shared/domain/sending.ts';
import type { CallbackClaims } from '../../shared/flow/callback-token.ts';
import { type ChildResult, childResult } from '../../shared/flow/child-result.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import type { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import type { HttpAnswer } from '../../shared/lambda/http.ts';
import { holdApart } from '../../shared/storage/result-pack.ts';
import { problem, taken } from './answers.ts';
import { callAgain } from './call-again.ts';
import type { CallbackPorts } from './deps.ts';

export type CallbackDeps = CallbackPorts & { readonly progress: ProgressMeter };

/** Other writers of the same slot are few; whoever meets them this often comes again. */
const MOST_ROUNDS = 5;

/**
 * Ends a child by what its service says of it. Early, twice, late and at once with others: a 200 says that it is recorded, or that there was
 * nothing left to record.
 */
export async function takeOutcome(deps: CallbackDeps, claims: CallbackClaims, body: string): Promise<HttpAnswer> {
  const reading = readJson(body);
  if (!('value' in reading)) return problem(400, 'The body is no JSON.');
  const { data, error } = saidOutcome.safeParse(reading.value);
  if (!data) return problem(400, `The body is no outcome; see ${misfitPlace(error) || 'the whole'}.`);
  const result = await resultOf(deps, claims, verdictOf(data));
  if (result.kind === 'ended' && result.outcome.status === 'SUCCEEDED') return succeed(deps, claims, result.outcome);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const state = await deps.stores.blocks.read(claims.run, claims.ref);
    const answer = await fail(deps, claims, result, state);
    if (answer) return answer;
  }
  return problem(503, 'Others are writing to the same records. Say it again.', { 'retry-after': '2' });
}

/** What it means for the child, as the answer to its call would have. */
async function resultOf(deps: CallbackDeps, claims: CallbackClaims, said: Verdict): Promise<ChildResult> {
  const { run, ref, n, attempt, since } = claims;
  const child = { n, id: childId({ ...ref, n }), before: { ...NO_TRIES, tries: attempt - 1 } };
  // Whoever was busy has answered: what it says of this child is a failure of it.
  const verdict: Verdict = said.kind === 'pressure' ? { ...said, kind: 'try-spent' } : said;
  const ms = Math.max(0, deps.clock.now() - since);
  const text = () => ('result' in verdict ? JSON.stringify(verdict.result) : '');
  return childResult(deps, holdApart(deps, run), child, { verdict, ms, text }, deps.random.next());
}

/** Null where the records have changed since they were read. */
async function fail(
  deps: CallbackDeps,
  claims: CallbackClaims,
  result: ChildResult,
  state: BlockState,
): Promise<HttpAnswer | null> {
  const { n, slot, attempt } = claims;
  const register = registerOf(state, slot);
  // An old call's failure says nothing of the one after it, and none of what has ended.
  const isPast = attempt <= (register.tries.get(n)?.tries ?? 0);
  if (state.done.has(n)) await completeBlockIfFull(deps, blockOf(claims), state.done);
  if (state.done.has(n) || isPast) return taken(false);
  if (result.kind === 'ended') {
    await putPage(deps, claims, result.outcome);
    return end(deps, claims, result.outcome, { slot, register });
  }
  if (!register.waiting?.has(n))
    return problem(503, 'The call itself is not recorded yet. Say it again.', { 'retry-after': '5' });
  if (!(await callAgain(deps, claims, register, 'due' in result ? result.due : 0))) return null;
  deps.progress.add(claims.run, claims.ttl, { retried: 1, waiting: -1 });
  return taken(true);
}

/** Its page is stored. @param asRead where only this very call may end it */
async function end(
  deps: CallbackDeps,
  claims: CallbackClaims,
  outcome: Outcome,
  asRead?: Parameters<CallbackPorts['stores']['blocks']['addMissing']>[2]['asRead'],
): Promise<HttpAnswer | null> {
  const { run, ref, n, ttl } = claims;
  const done = await deps.stores.blocks.addMissing(run, ref, { n, ttl, ...(asRead && { asRead }) });
  if (done === null) return null;
  const hasSucceeded = outcome.status === 'SUCCEEDED';
  deps.progress.add(run, ttl, { [hasSucceeded ? 'succeeded' : 'failed']: 1, waiting: -1 });
  deps.metrics.count(hasSucceeded ? 'ChildrenSucceeded' : 'ChildrenFailed', 1);
  await completeBlockIfFull(deps, blockOf(claims), done);
  return taken(true);
}

/**
 * A success ends its child whatever the register says, so that nothing is read first. Of a child that had ended otherwise it counts as long as
 * the segment isn't frozen: its page is stored.
 */
async function succeed(deps: CallbackDeps, claims: CallbackClaims, outcome: Outcome): Promise<HttpAnswer> {
  const { run, ref, ttl } = claims;
  const isNew = await putPage(deps, claims, outcome);
  const ended = await end(deps, claims, outcome);
  if (ended) return ended;
  if (!(await hasCounted(deps, claims))) {
    const segment = await deps.stores.segments.countLate(run, ref, ttl);
    if (!segment) return behindTheReport(deps, claims, isNew);
    await keepCounted(deps, claims);
  }
  // Whoever filled the block may have died before completing it: a service that got no answer says it again.
  const { done } = await deps.stores.blocks.read(run, ref);
  await completeBlockIfFull(deps, blockOf(claims), done);
  return taken(isNew);
}

/**
 * A frozen segment has every outcome that let its children end. Where a child has successes alone, the first one let it end, and is in the
 * report. A success beside another end, or behind another call's success, may have come too late for it.
 */
async function behindTheReport({ stores }: CallbackDeps, claims: CallbackClaims, isNew: boolean): Promise<HttpAnswer> {
  const pages = isNew ? [] : (await stores.blocks.readAll(claims.run, claims.ref)).outcomes;
  const ends = [...pages]
    .sort((a, b) => a.at - b.at)
    .flatMap(({ outcomes }) => outcomes.filter(({ n }) => n === claims.n));
  const isReported = ends[0]?.attempts === claims.attempt && ends.every(({ status }) => status === 'SUCCEEDED');
  if (isReported) return taken(false);
  // Where its success crossed another end of the child, pages don't tell which one let it end.
  return problem(
    409,
    isNew
      ? 'The run has its result, and this is not in it.'
      : 'The run has its result. Another end of this child was recorded too: the report says which one counts.',
  );
}

/**
 * Counted once for each call: a segment that is being frozen is read anew for each that is counted, and a service that says the same again
 * and again must not keep it from its end. Marked behind the count, by a page that holds nothing: whoever dies between counts once more.
 */
const countedId = ({ n, attempt }: CallbackClaims) => `c${n}.${attempt}.counted`;

const hasCounted = ({ stores }: CallbackDeps, claims: CallbackClaims): Promise<boolean> =>
  stores.blocks.hasOutcomes(claims.run, claims.ref, countedId(claims));

const keepCounted = ({ stores, clock }: CallbackDeps, claims: CallbackClaims): Promise<boolean> => {
  const page = { id: countedId(claims), at: clock.now(), outcomes: [] };
  return stores.blocks.putOutcomesOnce(claims.run, claims.ref, page, claims.ttl);
};

const blockOf = ({ run, ref, size, ttl }: CallbackClaims): RunBlock => ({ run, ref, size, ttl });

/** One page for each call and kind of outcome: what is said twice is stored once, as it was said first. False the second time. */
function putPage({ stores, clock }: CallbackDeps, claims: CallbackClaims, outcome: Outcome): Promise<boolean> {
  const { run, ref, n, attempt, ttl } = claims;
  const id = `c${n}.${attempt}.${outcome.status}`;
  return stores.blocks.putOutcomesOnce(run, ref, { id, at: clock.now(), outcomes: [outcome] }, ttl);
}
