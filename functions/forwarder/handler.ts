import { AnswerBytes } from '../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../shared/calling/gate.ts';
import { workMessage } from '../../shared/domain/messages.ts';
import { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { handleBatch, sqsEvent } from '../../shared/lambda/sqs.ts';
import type { ForwarderPorts } from './deps.ts';
import { forwardBatch } from './forward-batch.ts';
import { RunCache } from './run-cache.ts';

/** Calls the children that its messages carry. */
export function forwarder(ports: ForwarderPorts) {
  const progress = new ProgressMeter(ports.stores.progress, ports.clock, ports.random.id());
  const deps = { ...ports, progress, gate: gateOf(ports), answers: new AnswerBytes() };
  const runs = new RunCache(deps.stores.runs, deps.clock);
  return lambdaHandler(deps, sqsEvent, (event, context) =>
    handleBatch(
      deps,
      {
        schema: workMessage,
        queue: deps.queues.work,
        handle: (batch, invocation) => forwardBatch(deps, runs, batch, invocation),
      },
      event,
      context,
    ),
  );
}
