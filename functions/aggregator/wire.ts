import { busEvents } from '../../shared/adapters/events/bus-events.ts';
import { sesMailer } from '../../shared/adapters/ses/ses-mailer.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { Config } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/connect.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import type { AggregatorDeps } from './deps.ts';

export function wireAggregator(
  pipeline: Pipeline,
  config: Config,
  telemetry?: Pick<Deps, 'log' | 'metrics'>,
): AggregatorDeps {
  return {
    ...wire(pipeline, config, telemetry),
    mailer: sesMailer({ region: config.AWS_REGION }),
    events: busEvents({ region: config.AWS_REGION, bus: config.MP_EVENT_BUS }),
    mailFrom: config.MP_MAIL_FROM,
  };
}
