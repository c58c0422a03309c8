import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { problemBody } from '../domain/http-api/problems.ts';
import { type TaskResource, taskList, taskResource } from '../domain/http-api/tasks.ts';
import { type ApiError, errorOf } from './api-error.ts';
import { type ApiAnswer, type ApiRequest, type Connection, type RequestOptions, read } from './connection.ts';
import { type CreateOptions, keyOf, type WaitOptions } from './runs.ts';
import { untilEnded, waiting } from './until-ended.ts';

/** UNIX seconds, a date, or a date and time with its zone: 2027-01-31T14:07:31Z. */
export type TaskTime = number | string | Date;

/** A task, as it is asked for. */
export interface TaskRequest<I> {
  /** The same id with the same body is the same task. Made where it is left out. */
  readonly id?: string;
  /** When it is called, to the second; a time that has passed is now. */
  readonly executeAt: TaskTime;
  readonly item: I;
  /** Afterwards it is not called any more. */
  readonly latest?: TaskTime;
}

/** A task, as the API shows it. */
export type Task<I, R> = Omit<TaskResource, 'item' | 'outcome'> & {
  readonly item: I;
  readonly outcome: (Omit<NonNullable<TaskResource['outcome']>, 'result'> & { readonly result: R | null }) | null;
};

/** What became of one of several: the task, or why there is none. */
export type TaskAnswer<I, R> =
  | { readonly id: string; readonly task: Task<I, R> }
  | { readonly id: string; readonly error: ApiError };

export interface TaskQuery extends RequestOptions {
  /** Default `pending`. */
  readonly state?: 'pending' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
  readonly from?: TaskTime;
  readonly until?: TaskTime;
  /** Tasks of a page: 1 to 100, by default 50. */
  readonly pageSize?: number;
}

/** Tasks of one pipeline, whose definition says `tasks`. */
export class Tasks<I, R> {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #schemas = schemasOf<I, R>();

  constructor(connection: Connection, pipeline: string) {
    this.#connection = connection;
    this.#path = `/pipelines/${encodeURIComponent(pipeline)}/tasks`;
  }

  /** Creates a task. Sent again by the client it is the same task. @throws {ApiError} nothing was stored where it is refused */
  async create(
    request: TaskRequest<I>,
    { idempotencyKey, waitSeconds, signal }: CreateOptions = {},
  ): Promise<Task<I, R>> {
    const headers = { ...waiting(waitSeconds), ...keyOf(request.id, idempotencyKey) };
    return this.#task({ method: 'POST', path: this.#path, headers, body: sent(request), signal });
  }

  /** Creates up to 1,000 tasks. @returns an answer each, in their order @throws {ApiError} none was stored */
  async createAll(
    requests: readonly TaskRequest<I>[],
    { signal }: RequestOptions = {},
  ): Promise<readonly TaskAnswer<I, R>[]> {
    const tasks = requests.map((request) => ({ id: randomUUID(), ...sent(request) }));
    return this.#answers({ method: 'POST', path: this.#path, body: { tasks }, signal });
  }

  /** Shows a task. @throws {ApiError} `task-not-found` */
  get(id: string, { waitSeconds, signal }: WaitOptions = {}): Promise<Task<I, R>> {
    return this.#task({ method: 'GET', path: this.#at(id), headers: waiting(waitSeconds), signal });
  }

  /** Waits for a task's end, however far off it is: a signal ends the waiting. */
  async wait(id: string, options: RequestOptions = {}): Promise<Task<I, R>> {
    return read(this.#schemas.task, await untilEnded(this.#connection, this.#at(id), options));
  }

  /** Lists tasks of one state by time, page after page. */
  async *list({ state, from, until, pageSize, signal }: TaskQuery = {}): AsyncGenerator<Task<I, R>, void, undefined> {
    const query = new URLSearchParams();
    const asked = { state, from: timeText(from), until: timeText(until), limit: pageSize };
    for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, `${value}`);
    let next: string | null = `${this.#path}?${query}`;
    while (next !== null) {
      const answer: ApiAnswer = await this.#connection.ask({ method: 'GET', path: next, signal });
      const page = read(this.#schemas.page, answer);
      yield* page.tasks;
      next = page.next;
    }
  }

  /** Moves a task to another time. @throws {ApiError} `task-is-called`, `task-has-ended` */
  move(id: string, executeAt: TaskTime, { signal }: RequestOptions = {}): Promise<Task<I, R>> {
    return this.#task({ method: 'PATCH', path: this.#at(id), body: { executeAt: timeText(executeAt) }, signal });
  }

  /**
   * Cancels a task: once this returns, no call of it starts any more. With `calls: 0` its service never heard of it.
   * @throws {ApiError} `task-is-called`, `task-has-ended`
   */
  cancel(id: string, { signal }: RequestOptions = {}): Promise<Task<I, R>> {
    return this.#task({ method: 'DELETE', path: this.#at(id), signal });
  }

  /** Cancels up to 1,000 tasks. @returns an answer each, in their order */
  cancelAll(ids: readonly string[], { signal }: RequestOptions = {}): Promise<readonly TaskAnswer<I, R>[]> {
    return this.#answers({ method: 'DELETE', path: this.#path, body: { ids }, signal });
  }

  async #task(request: ApiRequest): Promise<Task<I, R>> {
    return read(this.#schemas.task, await this.#connection.ask(request));
  }

  async #answers(request: ApiRequest): Promise<readonly TaskAnswer<I, R>[]> {
    const { tasks } = read(this.#schemas.answers, await this.#connection.ask(request));
    return tasks.map((each) =>
      'task' in each ? { id: each.id, task: each.task } : { id: each.id, error: errorOf(each.status, each.problem) },
    );
  }

  #at(id: string): string {
    return `${this.#path}/${encodeURIComponent(id)}`;
  }
}

/** The API's schemas, with the definition's types for what only the definition knows. */
function schemasOf<I, R>() {
  const outcome = taskResource.shape.outcome.unwrap().extend({ result: z.custom<R | null>() });
  const task = taskResource.extend({ item: z.custom<I>(), outcome: outcome.nullable() });
  const of = { id: z.string(), status: z.int() };
  const answer = z.union([z.object({ ...of, task }), z.object({ ...of, problem: problemBody })]);
  return { task, page: taskList.extend({ tasks: z.array(task) }), answers: z.object({ tasks: z.array(answer) }) };
}

const timeText = (time: TaskTime | undefined) => (time instanceof Date ? time.toISOString() : time);

const sent = <I>({ executeAt, latest, ...rest }: TaskRequest<I>) => ({
  ...rest,
  executeAt: timeText(executeAt),
  ...(latest !== undefined && { latest: timeText(latest) }),
});
