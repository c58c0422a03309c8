import type { CallResult } from '../domain/retry.ts';

/** One HTTP call to the clone of the service. Never throws: what went wrong is part of the result. */
export interface Caller {
  call(request: CallRequest): Promise<CallResult>;
  close(): Promise<void>;
}

/** Whom a call is for, and what goes out. */
export interface CallRequest {
  readonly run: string;
  /** The run that a redrive's chain began with; the Idempotency-Key is of this one. */
  readonly root: string;
  /** Of a batch, the first of its children. */
  readonly child: string;
  /** Of a batch, whose body is a list: its children's ids, in the list's order. */
  readonly batch?: readonly string[];
  /** The URL at which the service may end the child later. */
  readonly callback?: string | undefined;
  /** 1 for the first call. */
  readonly attempt: number;
  readonly method: string;
  /** Starts with /, percent-encoded, with its query. */
  readonly path: string;
  /** Those that say whose call it is are the caller's: it adds them, and none here overwrites one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for none. */
  readonly body: string | null;
  /** Where a large answer asks before it is read; absent where memory has no bound. */
  readonly room?: AnswerRoom;
}

/** What keeps many large answers from being read at once. */
export interface AnswerRoom {
  /** Room for so many bytes more: null where it is there, otherwise once it is. */
  take(bytes: number): Promise<void> | null;
}
