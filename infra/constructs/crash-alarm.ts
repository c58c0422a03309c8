import type { Construct } from 'constructs';
import { pascalCase } from '../../shared/project/deployment.ts';
import { FIVE_MINUTES, StatedAlarm, type StatedAlarmProps } from './alarms.ts';
import type { NodeFunction } from './node-function.ts';

export interface CrashAlarmProps {
  readonly name: string;
  readonly fn: NodeFunction;
  readonly purpose: string;
  readonly platform: StatedAlarmProps['platform'];
}

/** The alarm on invocations of a function of the platform that crash or run out of time. */
export function crashAlarm(scope: Construct, { name, fn, purpose, platform }: CrashAlarmProps): void {
  new StatedAlarm(scope, `${pascalCase(name)}Errors`, {
    metric: fn.metricErrors({ period: FIVE_MINUTES }),
    impact: `the ${name} function of the platform crashes or runs out of time. It ${purpose}.`,
    action: `the ${name} function's log.`,
    page: 'errors',
    platform,
  });
}
