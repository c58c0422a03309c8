import type { Construct } from 'constructs';
import type { MetricName } from '../../shared/ports/deps.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { FIVE_MINUTES, StatedAlarm, type StatedAlarmProps } from './alarms.ts';
import { CRASHED, counted, LoggedMetric } from './logged-metric.ts';
import type { NodeFunction } from './node-function.ts';

export interface WatchedFunction {
  readonly name: string;
  readonly fn: NodeFunction;
  readonly crashes: number;
  /** Anyone may send it requests. */
  readonly isPublic: boolean;
}

export interface PipelineAlarmsProps {
  readonly pipeline: string;
  /** With how many crashes within five minutes are news. */
  readonly functions: readonly WatchedFunction[];
  readonly sweeper: NodeFunction;
  readonly platform: StatedAlarmProps['platform'];
}

/** What people must hear of at once. */
export const FAILED = [
  'RunsFailed',
  'MailNotSent',
  'MessagesRefused',
  'ScheduleMissed',
  'TasksLate',
] as const satisfies MetricName[];
/** What may pass by itself, and is news once it has lasted for a quarter of an hour. */
export const FAILING = [
  'MessagesFailed',
  'BreakerOpened',
  'SweepsFailed',
  'RunsStoodStill',
] as const satisfies MetricName[];

/**
 * The alarms that tell people a pipeline doesn't do what they wait for: three, since each is paid for by the month (docs/idle-cost.md). What a
 * handler survives it counts itself, in its log; what it doesn't survive, Lambda's own line says there.
 */
export function pipelineAlarms(
  scope: Construct,
  { pipeline, functions, sweeper, platform }: PipelineAlarmsProps,
): void {
  const namespace = `Microprocess/${platform.stage}/${pipeline}`;
  const failed = new LoggedMetric(namespace, 'Failed');
  const failing = new LoggedMetric(namespace, 'Failing');
  for (const { name, fn, crashes, isPublic } of functions) {
    if (isPublic) throttledAlarm(scope, { pipeline, name, fn, platform });
    failed.count(fn, 'Failed', counted(FAILED));
    failed.count(fn, 'Crashed', CRASHED, crashes);
    failing.count(fn, 'Failing', counted(FAILING));
  }
  new StatedAlarm(scope, 'Failed', {
    metric: failed.sum,
    impact: `something of ${pipeline} has failed for good: a run, its mail, its schedule's start or a message; or tasks were late; or a function has crashed or run out of time.`,
    action: `"npx microprocess list", and the functions' logs.`,
    page: 'failed',
    platform,
  });
  new StatedAlarm(scope, 'Failing', {
    metric: failing.sum,
    // What fails comes back within five minutes, and a service that was away for a minute is no news.
    periods: 3,
    impact: `for a quarter of an hour messages, calls or sweeps of ${pipeline} have failed, or a run has stood still for two hours: reports are late.`,
    action: `"npx microprocess limits ${pipeline}", "npx microprocess doctor", and the functions' logs.`,
    page: 'failing',
    platform,
  });
  new StatedAlarm(scope, 'SweeperSilent', {
    metric: sweeper.metricInvocations({ period: FIVE_MINUTES }),
    silent: true,
    periods: 3,
    impact: `what stands still in ${pipeline} isn't resumed, no deadline is kept and a missed schedule stays unnoticed.`,
    action: `the sweep schedule and its role.`,
    page: 'sweepersilent',
    platform,
  });
}

/** On a function that the world can reach: what it has no room for is refused, whoever sent it. */
function throttledAlarm(
  scope: Construct,
  {
    pipeline,
    name,
    fn,
    platform,
  }: Pick<WatchedFunction, 'name' | 'fn'> & Pick<PipelineAlarmsProps, 'pipeline' | 'platform'>,
): void {
  new StatedAlarm(scope, `${pascalCase(name)}Throttled`, {
    metric: fn.metricThrottles({ period: FIVE_MINUTES }),
    atLeast: 100,
    impact: `requests to the public ${name} function of ${pipeline} are refused: somebody floods it, or its concurrency is too small. Callbacks come again later, links don't open.`,
    action: `who sends them: the ${name} function's metrics and log.`,
    page: 'throttled',
    platform,
  });
}
