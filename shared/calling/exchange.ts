import type { Pipeline } from '../author/definition.ts';
import { judge } from '../domain/retry.ts';
import { type Child, type ChildResult, childResult } from '../flow/child-result.ts';
import type { Caller, CallRequest } from '../ports/caller.ts';
import type { Process } from '../ports/deps.ts';
import type { HoldResult } from '../storage/result-pack.ts';
import type { Gate } from './gate.ts';

/** What one exchange works with. */
export interface ExchangeDeps extends Pick<Process, 'clock' | 'log'> {
  readonly pipeline: Pipeline;
  readonly caller: Pick<Caller, 'call'>;
  readonly gate: Gate;
}

/**
 * One call of one child with its answer: the gate hears of it, and the retry policy says what it makes of the child.
 * @param hold stores a result that is large
 * @param jitter see {@link childResult}
 * @param waitsUntil how long a child waits that was answered with 202; absent where that is an answer like others
 */
export async function exchange(
  deps: ExchangeDeps,
  child: Child,
  request: Omit<CallRequest, 'child' | 'attempt'>,
  hold: HoldResult,
  jitter: number,
  waitsUntil?: (now: number) => number,
): Promise<ChildResult> {
  const { caller, clock, gate } = deps;
  const { id, before } = child;
  const began = clock.now();
  const call = await caller.call({ child: id, attempt: before.tries + 1, ...request });
  if (waitsUntil && call.kind === 'answer' && call.httpStatus === 202) {
    gate.heard({ kind: 'succeeded', result: null }, began);
    return { kind: 'waiting', until: waitsUntil(clock.now()) };
  }
  const verdict = gate.spares(gate.heard(judge(call, clock.now()), began, before.tries === 0), before.pressed);
  const text = () => (call.kind === 'answer' ? call.body : '');
  return childResult(deps, hold, child, { verdict, ms: call.ms, text }, jitter);
}
