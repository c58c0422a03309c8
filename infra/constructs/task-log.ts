import { Stack } from 'aws-cdk-lib';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

/** How a container's output is kept, as CloudFormation has it. */
export const logging = z.looseObject({
  logDriver: z.string(),
  options: z.record(z.string(), z.unknown()).optional(),
});

/** Sends what a live container logs to a log group of the clone instead, unless another driver than `awslogs` takes it elsewhere. */
export function inOwnLog(logs: LogGroup, name: string, given: z.output<typeof logging> | undefined) {
  if (given && given.logDriver !== 'awslogs') return given;
  return {
    ...given,
    logDriver: 'awslogs',
    options: {
      'awslogs-stream-prefix': name,
      ...given?.options,
      'awslogs-group': logs.logGroupName,
      'awslogs-region': Stack.of(logs).region,
    },
  };
}
