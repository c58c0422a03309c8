import { AnswerBytes } from '../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../shared/calling/gate.ts';
import { Lanes } from '../../shared/calling/lanes.ts';
import { lastStartOf } from '../../shared/calling/last-start.ts';
import { callMessage } from '../../shared/domain/call-message.ts';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { handleBatch, sqsEvent } from '../../shared/lambda/sqs.ts';
import { attemptCall } from './attempt-call.ts';
import type { CallerPorts } from './deps.ts';
import { makeCalls } from './make-calls.ts';

/** Calls the service for each task that its messages name. */
export function callerOfTasks(ports: CallerPorts) {
  const deps = { ...ports, gate: gateOf(ports), answers: new AnswerBytes() };
  return lambdaHandler(deps, sqsEvent, (event, context) =>
    handleBatch(
      deps,
      {
        schema: callMessage,
        queue: deps.queues.calls,
        async handle(batch, invocation) {
          deps.gate.begin();
          const lanes = new Lanes(deps.gate, deps, lastStartOf(deps, invocation));
          const failed = await makeCalls(
            { ...deps, lanes, attempt: (call) => attemptCall(deps, call) },
            batch,
            invocation,
          );
          await deps.gate.end();
          return failed;
        },
      },
      event,
      context,
    ),
  );
}
