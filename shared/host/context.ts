import type { Context } from 'aws-lambda';
import { functionArn } from './arn.ts';

/** An invocation as a host knows it. */
export interface HostInvocation {
  readonly functionName: string;
  readonly requestId: string;
  readonly memoryMB: number;
  readonly remainingMs: () => number;
}

/** What a handler is told about its invocation: Lambda's own context, whole, so that any middleware runs on it. */
export function lambdaContext({ functionName, requestId, memoryMB, remainingMs }: HostInvocation): Context {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn(functionName),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: String(memoryMB),
    getRemainingTimeInMillis: () => Math.max(0, remainingMs()),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}

function unsupported(): never {
  throw new Error('context.done, fail and succeed do not exist in current Lambda runtimes: return a promise.');
}
