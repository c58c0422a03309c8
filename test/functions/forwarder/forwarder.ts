import { forwardBatch } from '../../../functions/forwarder/forward-batch.ts';
import { RunCache } from '../../../functions/forwarder/run-cache.ts';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../../shared/calling/gate.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import type { CallRequest } from '../../../shared/ports/caller.ts';
import { Meter } from '../../../testing/meter.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };

/** A forwarder in memory; `answer` is its service. */
export async function forwarder(
  answer: (request: CallRequest) => CallResult | Promise<CallResult>,
  pipeline = testPipeline(),
  meter = new Meter(),
) {
  const calls: string[] = [];
  const deps = testDeps(pipeline, meter);
  await startRun(deps, { runId: 'march' }, 'cli');
  let invocation = 0;
  const full = {
    ...deps,
    progress: new ProgressMeter(deps.stores.progress, deps.clock, 'shard'),
    gate: gateOf(deps),
    answers: new AnswerBytes(),
    caller: {
      async call(request: CallRequest) {
        calls.push(request.child);
        return answer(request);
      },
      async close() {},
    },
  };
  return {
    deps,
    calls,
    state: () => deps.stores.blocks.read('march', BLOCK),
    /** Forwards messages; gives the ids of those that failed. */
    async forward(messages: readonly (readonly [WorkMessage, receives?: number])[], remainingMs = 50_000) {
      const batch = messages.map(([of, receives = 1], i) => ({ messageId: `m-${i}`, receives, message: of }));
      const self = { id: `forwarder-${++invocation}`, deadline: deps.clock.now() + remainingMs };
      const failed = await forwardBatch(full, new RunCache(deps.stores.runs, deps.clock), batch, self);
      return [...failed.keys()];
    },
  };
}
