import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../shared/wiring.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import type { NodeFunction } from './node-function.ts';

export interface PipelineAlarmsProps {
  readonly pipeline: string;
  readonly functions: Readonly<Record<FunctionName, NodeFunction>>;
  readonly workQueue: IQueue;
  /** The pipeline has a start schedule. */
  readonly scheduled: boolean;
  readonly topic: ITopic;
}

/** Metrics the functions write by EMF: namespace `Microprocess`, the one dimension `Pipeline`. */
const METRIC_NAMESPACE = 'Microprocess';

/** The alarms that tell people a pipeline doesn't do what they wait for, beside those of its queues and schedule. */
export function pipelineAlarms(scope: Construct, props: PipelineAlarmsProps): void {
  const { functions, pipeline, topic } = props;
  const own = (metricName: string): Metric =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { Pipeline: pipeline },
      statistic: 'Sum',
      period: FIVE_MINUTES,
    });

  new StatedAlarm(scope, 'RunFailed', {
    metric: own('RunsFailed'),
    impact: `a run of ${pipeline} ended as failed: its report is missing, or has more failures than tolerated.`,
    action: `the report's status and reason columns.`,
    topic,
  });
  new StatedAlarm(scope, 'ForwarderErrors', {
    metric: functions.forwarder.metricErrors({ period: FIVE_MINUTES }),
    atLeast: 5,
    impact: `${pipeline} makes no progress with the messages of the invocations that failed; they come again after their visibility time-out.`,
    action: `the forwarder's log.`,
    topic,
  });
  new StatedAlarm(scope, 'WorkTooOld', {
    metric: props.workQueue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
    atLeast: Duration.hours(6).toSeconds(),
    periods: 3,
    impact: `${pipeline} calls its service slower than runs are started; reports will be late, and children expire at the run's deadline.`,
    action: `limits.inFlight, the clone's throttles and the forwarder's errors.`,
    topic,
  });
  new StatedAlarm(scope, 'AggregatorErrors', {
    metric: functions.aggregator.metricErrors({ period: FIVE_MINUTES }),
    impact: `reports of ${pipeline} are late: a reduce failed and is tried again.`,
    action: `the aggregator's log.`,
    topic,
  });
  new StatedAlarm(scope, 'SweeperSilent', {
    metric: functions.sweeper.metricInvocations({ period: FIVE_MINUTES }),
    below: 1,
    periods: 3,
    impact: `what stands still in ${pipeline} isn't resumed, no deadline is kept and a missed schedule stays unnoticed.`,
    action: `the sweep schedule and its role.`,
    topic,
  });
  new StatedAlarm(scope, 'SweeperErrors', {
    metric: functions.sweeper.metricErrors({ period: FIVE_MINUTES }),
    atLeast: 3,
    impact: `what stands still in ${pipeline} isn't resumed.`,
    action: `the sweeper's log.`,
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
