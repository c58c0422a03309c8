import type { Context } from 'aws-lambda';

/** What a handler is told about its invocation: Lambda's own context, whole, so that any middleware runs on it. */
export type LocalContext = Context;

/** A Lambda handler, as both hosts call it. */
export type Handler = (event: unknown, context: LocalContext) => Promise<unknown>;

/** Where the host reports what a Lambda console would show: failed invocations, unreachable queues. */
export type HostLogger = Pick<Console, 'warn' | 'error'>;
