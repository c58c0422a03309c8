import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { MetricName } from '../../shared/ports/deps.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import type { NodeFunction } from './node-function.ts';

export interface PipelineAlarmsProps {
  readonly pipeline: string;
  readonly sweeper: NodeFunction;
  readonly forwarder: NodeFunction;
  readonly workQueue: IQueue;
  /** The pipeline has a start schedule. */
  readonly scheduled: boolean;
  readonly topic: ITopic;
}

/** Metrics the functions write by EMF: namespace `Microprocess`, the one dimension `Pipeline`. */
const METRIC_NAMESPACE = 'Microprocess';

/**
 * The alarms that tell people a pipeline doesn't do what they wait for, beside those of its queues, functions
 * and schedule. What a handler survives it counts itself: Lambda's own errors are only the invocations that crashed or ran out of time.
 */
export function pipelineAlarms(scope: Construct, props: PipelineAlarmsProps): void {
  const { pipeline, topic } = props;
  const own = (metricName: MetricName): Metric =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { Pipeline: pipeline },
      statistic: 'Sum',
      period: FIVE_MINUTES,
    });

  new StatedAlarm(scope, 'RunFailed', {
    metric: own('RunsFailed'),
    impact: `a run of ${pipeline} ended as failed or expired: more children failed than tolerated, its reduce failed, or it was closed before all were called.`,
    action: `its report's status and reason columns.`,
    topic,
  });
  new StatedAlarm(scope, 'MailNotSent', {
    metric: own('MailNotSent'),
    impact: `a report of ${pipeline} is stored, but SES refused its mail or left open whether it is out; nobody sends it again.`,
    action: `the aggregator's log and the state of SES; the mail is email.eml beside the report.`,
    topic,
  });
  new StatedAlarm(scope, 'MessagesFailed', {
    metric: own('MessagesFailed'),
    // What fails comes back within five minutes: less would be trouble that has passed.
    periods: 3,
    impact: `messages of ${pipeline} have failed for a quarter of an hour, and come back after growing waits; the reports of their runs are late.`,
    action: `"A message failed" in the functions' logs, which name the error.`,
    topic,
  });
  new StatedAlarm(scope, 'MessagesRefused', {
    metric: own('MessagesRefused'),
    impact: `a message of ${pipeline} can't be taken, or failed every time, and is kept aside; if a run needs it, children of that run fail or wait for the sweeper.`,
    action: `"A message was refused" in the functions' logs, with its reason.`,
    topic,
  });
  new StatedAlarm(scope, 'WorkTooOld', {
    metric: props.workQueue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
    atLeast: Duration.hours(6).toSeconds(),
    periods: 3,
    impact: `work of ${pipeline} waits for six hours and more; reports will be late, and children expire at their run's deadline.`,
    action: `whether the mapping is paused, the forwarder's errors, the clone's throttles, and limits.inFlight.`,
    topic,
  });
  new StatedAlarm(scope, 'ForwarderThrottled', {
    metric: props.forwarder.metricThrottles({ period: FIVE_MINUTES }),
    // Once in a while another function takes the last of the account's concurrency for a moment.
    periods: 3,
    impact: `forwarders of ${pipeline} can't start: runs take longer, and messages come back unread, which counts against them.`,
    action: `the account's concurrent executions and the forwarder's reserved concurrency, of which there should be none; a lower limits.inFlight needs fewer.`,
    topic,
  });
  new StatedAlarm(scope, 'BreakerOpened', {
    metric: own('BreakerOpened'),
    // A service that was away for a minute is no news.
    periods: 3,
    impact: `most calls of ${pipeline} have failed for a quarter of an hour: the service is hardly called, and its runs stand still until it answers or their deadlines come.`,
    action: `the service's log; then "npx microprocess limits ${pipeline}", which also opens it at once.`,
    topic,
  });
  new StatedAlarm(scope, 'SweeperSilent', {
    metric: props.sweeper.metricInvocations({ period: FIVE_MINUTES }),
    silent: true,
    periods: 3,
    impact: `what stands still in ${pipeline} isn't resumed, no deadline is kept and a missed schedule stays unnoticed.`,
    action: `the sweep schedule and its role.`,
    topic,
  });
  new StatedAlarm(scope, 'SweepsFailed', {
    metric: own('SweepsFailed'),
    atLeast: 3,
    impact: `a run of ${pipeline} can't be looked after: if it stands still it isn't resumed, and its deadline isn't kept.`,
    action: `"A run could not be swept" in the sweeper's log, which names the run and the error.`,
    topic,
  });
  if (props.scheduled) {
    // The sweeper compares the last due time with the last scheduled run: CloudWatch itself can't look back a month.
    new StatedAlarm(scope, 'ScheduleMissed', {
      metric: own('ScheduleMissed'),
      impact: `the schedule didn't start a run of ${pipeline}: people wait for a report that nothing is making.`,
      action: `the schedule's dead-letter queue and the splitter's log; then invoke the splitter by hand.`,
      topic,
    });
  }
}
