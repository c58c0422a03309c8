import type { WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import { judge } from '../../shared/domain/retry.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { childRequest } from './child-request.ts';
import { type ChildResult, childResult } from './child-result.ts';
import type { ForwarderDeps } from './deps.ts';

/**
 * Calls one child once and applies the retry policy.
 * @param jitter see {@link childResult}
 */
export async function callChild(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
  jitter: number,
): Promise<ChildResult> {
  const { caller, clock, gate } = deps;
  const made = await childRequest(deps, message, n, before, run);
  if ('ended' in made) return made.ended;
  const { child, request } = made;
  const began = clock.now();
  const call = await caller.call({
    run: message.run,
    root: firstRunOf(message.run),
    child: child.id,
    attempt: before.tries + 1,
    ...request,
  });
  const verdict = gate.spares(gate.heard(judge(call, clock.now()), began), before.pressed);
  const text = () => (call.kind === 'answer' ? call.body : '');
  return childResult(deps, message, child, { verdict, ms: call.ms, text }, jitter);
}
