import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { CloneLimits } from './service-endpoint.ts';

/** Warns of what works, but not as the definition reads. */
export function compareWithClone(
  scope: IConstruct,
  { endpoint, limits: { inFlight } }: Pipeline,
  { timeoutSeconds, callsAtOnce }: CloneLimits = {},
): void {
  const warn = (id: string, message: string) => Annotations.of(scope).addWarningV2(`microprocess:${id}`, message);
  if (timeoutSeconds !== undefined && timeoutSeconds < endpoint.timeoutSeconds)
    warn(
      'timeout',
      `The clone ends each call after ${timeoutSeconds} s, though the definition waits for ${endpoint.timeoutSeconds} s (endpoint.timeoutSeconds).`,
    );
  if (callsAtOnce !== undefined && callsAtOnce.most < inFlight)
    warn(
      'concurrency',
      `The clone takes ${callsAtOnce.most} calls at once (${callsAtOnce.by}), though the definition makes up to ${inFlight} (limits.inFlight): the others are throttled, and made again.`,
    );
}
