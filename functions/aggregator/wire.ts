import type { Pipeline } from '../../shared/domain/definition.ts';
import type { Deps } from '../../shared/flow/deps.ts';
import type { Config } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/wire.ts';
import { busEvents } from '../../shared/messaging/bus-events.ts';
import { sesMailer } from '../../shared/messaging/ses-mailer.ts';
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
