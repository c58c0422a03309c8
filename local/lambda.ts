import type { Context } from 'aws-lambda';

/** What a handler is told about its invocation: Lambda's own context, whole, so that any middleware runs on it. */
export type LocalContext = Context;

/** Where the host reports what a Lambda console would show: failed invocations, unreachable queues. */
export type HostLogger = Pick<Console, 'warn' | 'error'>;
