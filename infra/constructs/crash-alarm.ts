import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { CrashAlarm } from '../../shared/lambda/declaration.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import type { NodeFunction } from './node-function.ts';

export interface CrashAlarmProps {
  readonly name: string;
  readonly fn: NodeFunction;
  /** The pipeline's name, or the platform. */
  readonly of: string;
  readonly purpose: string;
  /** What its declaration says instead of its purpose. */
  readonly said?: CrashAlarm | undefined;
  readonly topic: ITopic;
}

/** The alarm on invocations that crash or run out of time, which no function is without. */
export function crashAlarm(scope: Construct, { name, fn, of, purpose, said, topic }: CrashAlarmProps): void {
  new StatedAlarm(scope, `${pascalCase(name)}Errors`, {
    metric: fn.metricErrors({ period: FIVE_MINUTES }),
    ...(said?.atLeast === undefined ? {} : { atLeast: said.atLeast }),
    impact: said?.impact(of) ?? `the ${name} function of ${of} crashes or runs out of time. It ${purpose}.`,
    action: said?.action ?? `the ${name} function's log.`,
    topic,
  });
}
