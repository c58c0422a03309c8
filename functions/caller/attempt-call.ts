import { exchange } from '../../shared/calling/exchange.ts';
import { requestOf } from '../../shared/calling/request-of.ts';
import { type Call, TASKS_RUN, type TryResult } from '../../shared/domain/call.ts';
import { holdApart } from '../../shared/storage/result-pack.ts';
import type { CallerDeps } from './deps.ts';

/** One HTTP call of a claimed call, and what it means by the retry policy. */
export async function attemptCall(deps: CallerDeps, call: Call): Promise<TryResult> {
  const { pipeline, answers, random } = deps;
  const { id, tries, pressed, due } = call;
  // A task brings no parameters: the definition's defaults, which its check has seen to.
  const params = pipeline.params.parse({});
  const request = requestOf(deps, call.item, { runId: TASKS_RUN, childId: id, params });
  if (request === null)
    return {
      kind: 'ended',
      outcome: { status: 'FAILED', reason: 'request-not-mapped', result: null, attempts: tries, ms: 0 },
    };
  const child = { n: 0, id, before: { tries, due, crashes: 0, pressed } };
  const result = await answers.within((room) =>
    exchange(
      deps,
      child,
      { run: TASKS_RUN, root: TASKS_RUN, ...request, room },
      holdApart(deps, TASKS_RUN),
      random.next(),
    ),
  );
  switch (result.kind) {
    case 'ended': {
      const { n: _, ...outcome } = result.outcome;
      return { kind: 'ended', outcome };
    }
    case 'waiting':
      throw new TypeError(`Call ${id} waits, though no URL to call back went with it.`);
    default:
      return result;
  }
}
