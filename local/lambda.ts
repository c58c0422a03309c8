/** Where the host reports what a Lambda console would show: failed invocations, unreachable queues. */
export type HostLogger = Pick<Console, 'warn' | 'error'>;
