import type { CallResult } from '../domain/retry.ts';

/** One HTTP call to the clone of the service. Never throws: what went wrong is part of the result. */
export interface Caller {
  call(request: CallRequest): Promise<CallResult>;
  close(): Promise<void>;
}

export interface CallRequest {
  readonly run: string;
  /** The run that a redrive's chain began with; the Idempotency-Key is of this one. */
  readonly root: string;
  readonly child: string;
  /** 1 for the first call. */
  readonly attempt: number;
  /** JSON text. */
  readonly body: string;
}
