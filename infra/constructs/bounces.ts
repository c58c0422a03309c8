import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import {
  ConfigurationSet,
  ConfigurationSetEventDestination,
  EmailSendingEvent,
  EventDestination,
} from 'aws-cdk-lib/aws-ses';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { WRITES } from '../../shared/domain/format.ts';

/** A configuration set whose bounces reach the account's default event bus, the one bus that SES publishes to. */
export function bouncesSet(scope: Construct): string {
  const set = new ConfigurationSet(scope, 'MailEvents');
  new ConfigurationSetEventDestination(scope, 'Bounces', {
    configurationSet: set,
    destination: EventDestination.eventBus(EventBus.fromEventBusName(scope, 'DefaultBus', 'default')),
    events: [EmailSendingEvent.BOUNCE],
  });
  return set.configurationSetName;
}

/** Brings the bounces of a pipeline's mails to its aggregator. Of other stages' and pipelines' it takes none. */
export function bouncesTo(
  scope: Construct,
  queue: Queue,
  of: { readonly set: string; readonly pipeline: string },
): void {
  const { set, pipeline } = of;
  new Rule(scope, 'Bounced', {
    description: `${pipeline}: report mails that came back`,
    eventPattern: {
      source: ['aws.ses'],
      detailType: ['Email Bounced'],
      detail: { mail: { tags: { 'ses:configuration-set': [set], pipeline: [pipeline] } } },
    },
    targets: [
      new SqsQueue(queue, {
        message: RuleTargetInput.fromObject({
          v: WRITES,
          type: 'bounced',
          pipeline,
          run: EventField.fromPath('$.detail.mail.tags.run[0]'),
          kind: EventField.fromPath('$.detail.bounce.bounceType'),
          recipients: EventField.fromPath('$.detail.bounce.bouncedRecipients'),
        }),
      }),
    ],
  });
}
