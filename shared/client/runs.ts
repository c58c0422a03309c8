import { randomUUID } from 'node:crypto';
import { type RunResource, runResource } from '../domain/http-api/runs.ts';
import { type Connection, type RequestOptions, read } from './connection.ts';
import { untilEnded, waiting } from './until-ended.ts';

/** A start, as the API takes it; all of it is optional. */
export interface RunRequest<P, I> {
  /** The same id with the same input is the same run. */
  readonly id?: string;
  /** As the definition types them; those with a default may be left out. */
  readonly params?: Partial<P>;
  /** The first so many items only. */
  readonly limit?: number;
  /** Children that are called first, and judged, before the rest. */
  readonly canary?: number;
  /** In place of the source's. */
  readonly items?: readonly I[];
}

export interface WaitOptions extends RequestOptions {
  /** Holds the request until the end, for so many seconds: 25 at most. */
  readonly waitSeconds?: number;
}

export interface CreateOptions extends WaitOptions {
  /** The caller's own name for this request, in place of an id: repeated in another process it is the same run or task. */
  readonly idempotencyKey?: string;
}

/** Runs of one pipeline. */
export class Runs<P, I> {
  readonly #connection: Connection;
  readonly #path: string;

  constructor(connection: Connection, pipeline: string) {
    this.#connection = connection;
    this.#path = `/pipelines/${encodeURIComponent(pipeline)}/runs`;
  }

  /** Starts a run. Sent again by the client it is the same run. @throws {ApiError} nothing was started where it is refused */
  async start(
    request: RunRequest<P, I> = {},
    { idempotencyKey, waitSeconds, signal }: CreateOptions = {},
  ): Promise<RunResource> {
    const headers = { ...waiting(waitSeconds), ...keyOf(request.id, idempotencyKey) };
    const asked = { method: 'POST', path: this.#path, headers, body: request, signal } as const;
    return read(runResource, await this.#connection.ask(asked));
  }

  /** Shows a run. @throws {ApiError} `run-not-found` */
  async get(id: string, { waitSeconds, signal }: WaitOptions = {}): Promise<RunResource> {
    const asked = { method: 'GET', path: this.#at(id), headers: waiting(waitSeconds), signal } as const;
    return read(runResource, await this.#connection.ask(asked));
  }

  /** Waits for a run's end, however long that takes: a signal ends the waiting. A run that failed is a result like any other. */
  async wait(id: string, options: RequestOptions = {}): Promise<RunResource> {
    return read(runResource, await untilEnded(this.#connection, this.#at(id), options));
  }

  /** Cancels a run, irrevocably. One that has ended stays as it is. */
  async cancel(id: string, { signal }: RequestOptions = {}): Promise<RunResource> {
    return read(runResource, await this.#connection.ask({ method: 'DELETE', path: this.#at(id), signal }));
  }

  #at(id: string): string {
    return `${this.#path}/${encodeURIComponent(id)}`;
  }
}

/** A request is known again by its id or its key; what has neither gets a key, so that it may be sent again. */
export function keyOf(id: string | undefined, key: string | undefined): Readonly<Record<string, string>> {
  if (key !== undefined) return { 'idempotency-key': key };
  return id === undefined ? { 'idempotency-key': randomUUID() } : {};
}
