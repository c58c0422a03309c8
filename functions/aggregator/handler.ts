import type { AggregateMessage } from '../../shared/domain/messages.ts';
import { aggregateMessage } from '../../shared/domain/messages.ts';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { handleBatch, oneByOne, sqsEvent } from '../../shared/lambda/sqs.ts';
import { warmUp } from '../../shared/report/warm-up.ts';
import type { AggregatorDeps } from './deps.ts';
import { finishRun } from './finish.ts';
import { freezeSegment } from './freeze.ts';
import { recordBounces } from './record-bounces.ts';

/** Freezes full segments and finishes full runs. */
export function aggregator(deps: AggregatorDeps) {
  return lambdaHandler(deps, sqsEvent, (event, context) =>
    handleBatch(
      deps,
      {
        schema: aggregateMessage,
        queue: deps.queues.aggregate,
        handle: oneByOne<AggregateMessage>(async ({ message, receives }, invocation) => {
          if (deps.mailFrom !== '') warmUp();
          if (message.type === 'bounced') return recordBounces(deps, message);
          if (message.type === 'segment') await freezeSegment(deps, message.run, message, receives);
          else await finishRun(deps, message.run, invocation);
        }),
      },
      event,
      context,
    ),
  );
}
