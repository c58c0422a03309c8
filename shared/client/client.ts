import type { DefinedPipeline } from '../author/definition.ts';
import type { Json } from '../domain/json.ts';
import { type ClientOptions, Connection } from './connection.ts';
import { Runs } from './runs.ts';
import { Tasks } from './tasks.ts';

export type { Credentials } from '../adapters/direct/signature.ts';
export type { ProblemCode } from '../domain/http-api/problems.ts';
export type { RunResource as Run } from '../domain/http-api/runs.ts';
export { ApiError } from './api-error.ts';
export type { BySignature, ByToken, ClientOptions, RequestOptions } from './connection.ts';
export type { CreateOptions, RunRequest, Runs, WaitOptions } from './runs.ts';
export type { Task, TaskAnswer, TaskQuery, TaskRequest, Tasks, TaskTime } from './tasks.ts';

/** What a definition types: its parameters, its items and what its service answers. Any JSON, without a definition. */
export type TypesOf<D> =
  D extends DefinedPipeline<infer P, infer I, infer R, infer _>
    ? { readonly params: P; readonly item: I; readonly result: R }
    : { readonly params: Readonly<Record<string, Json>>; readonly item: Json; readonly result: Json };

/** Runs and tasks of one pipeline. */
export interface PipelineClient<D> {
  readonly runs: Runs<TypesOf<D>['params'], TypesOf<D>['item']>;
  readonly tasks: Tasks<TypesOf<D>['item'], TypesOf<D>['result']>;
}

/** A client of one HTTP API. */
export interface Client {
  /** @param name the pipeline's; `typeof` its definition, as type parameter, types all that it takes and gives */
  pipeline<D = unknown>(name: string): PipelineClient<D>;
}

/**
 * Makes a client of the HTTP API, which sends nothing yet. What nothing could take (no connection, 429 or a 5xx) it sends again, after what
 * `Retry-After` asks for; each request of it may be repeated, as each has an id or an Idempotency-Key.
 *
 * @example
 * ```ts
 * import { createClient } from 'microprocess/client';
 * import type mails from './pipelines/mails/index.ts';
 *
 * const { runs, tasks } = createClient({ url, sign: { region, credentials } }).pipeline<typeof mails>('mails');
 * const run = await runs.start({ params: { year: 2026 } });
 * console.log((await runs.wait(run.id)).status);
 * await tasks.create({ id: 'mail-17', executeAt: '2027-01-31T14:07:31Z', item: { to: 'ann' } });
 * await tasks.cancel('mail-17');
 * ```
 *
 * @throws {TypeError} where the URL is none of HTTP
 */
export function createClient(options: ClientOptions): Client {
  const connection = new Connection(options);
  return {
    pipeline: (name) => ({ runs: new Runs(connection, name), tasks: new Tasks(connection, name) }),
  };
}
