import type { Context } from 'aws-lambda';

/** Account that the emulators and every local ARN use. */
export const LOCAL_ACCOUNT = '000000000000';
/** Region that the emulators and every local ARN use. */
export const LOCAL_REGION = 'us-east-1';

/** What a handler is told about its invocation: Lambda's own context, whole, so that any middleware runs on it. */
export type LocalContext = Context;

/** A Lambda handler, as both hosts call it. */
export type Handler = (event: unknown, context: LocalContext) => Promise<unknown>;

/** Where the host reports what a Lambda console would show: failed invocations, unreachable queues. */
export type HostLogger = Pick<Console, 'warn' | 'error'>;
