import * as z from 'zod';
import type { Pipeline } from '../author/definition.ts';
import { type Call, callKeptUntil, callStateOf, isLive, lookOf, movedTo, newCall, patienceOf } from '../domain/call.ts';
import { forwarderTimeoutSeconds } from '../domain/capacity.ts';
import { InputError, NotJsonError, show } from '../domain/errors.ts';
import { NAME } from '../domain/ids.ts';
import { jsonText } from '../domain/json.ts';
import { LAST_SECOND, SIZES } from '../domain/limits.ts';
import {
  NoTasksError,
  TaskConflictError,
  TaskError,
  TaskHasEndedError,
  TaskIsCalledError,
  TaskNotFoundError,
} from '../domain/task-errors.ts';
import { parallel } from '../flow/parallel.ts';
import { type SendDeps, sendCalls } from '../flow/send-calls.ts';
import type { CallStore } from '../ports/call-store.ts';
import type { Process } from '../ports/deps.ts';
import { digest } from './start.ts';

/** What the use cases of deferred tasks work with. */
export interface TaskDeps extends SendDeps, Pick<Process, 'clock' | 'random' | 'metrics'> {
  readonly pipeline: Pick<Pipeline, 'name' | 'retentionDays' | 'endpoint' | 'tasks'>;
  readonly calls: CallStore;
}

/** Tasks that one request creates or cancels at most. */
export const MOST_TASKS = 1_000;
const AT_ONCE = 32;
/** Others may write a task between its read and our write: it is read again, so often. */
const MOST_ROUNDS = 6;

const taskId = z.string().regex(NAME, 'must match [A-Za-z0-9_-]{1,48}');
const TIME = 'must be UNIX seconds, or a date and time with its zone as 2027-01-31T14:07:31Z';
/** UNIX seconds, or ISO 8601 with a zone; as epoch milliseconds. */
const taskTime = z
  .union(
    [z.number().int(TIME).min(0, TIME).max(LAST_SECOND, TIME), z.iso.datetime({ offset: true, error: TIME })],
    TIME,
  )
  .transform((time) => (typeof time === 'number' ? time * 1_000 : Date.parse(time)));
const taskRequest = z
  .strictObject({
    /** Repeating a request with the same id and body is the same task. */
    id: taskId.optional(),
    /** When it is called; a time that has passed is now. */
    executeAt: taskTime,
    item: z.custom<unknown>((value) => value !== undefined, 'must be there'),
    /** Afterwards it is not called any more. */
    latest: taskTime.optional(),
  })
  .refine(({ executeAt, latest = executeAt }) => latest >= executeAt, {
    path: ['latest'],
    message: 'must not be before executeAt',
  });

/** What became of one of several tasks. */
export type TaskAnswer =
  | { readonly id: string; readonly task: Call /** False: it was there already. */; readonly created: boolean }
  | { readonly id: string; readonly error: TaskError };

/**
 * Creates tasks, idempotently: all are checked before the first is stored, then each is one write. Repeating a request sends again what
 * should have a message: a creator may have died in between.
 * @param requests `{ id?, executeAt, item, latest? }`, 1 to 1,000 of them
 * @returns an answer each, in their order
 * @throws {NoTasksError}
 * @throws {InputError} naming the field; nothing was stored
 */
export async function createTasks(deps: TaskDeps, requests: unknown): Promise<readonly TaskAnswer[]> {
  const { calls, clock } = deps;
  takesTasks(deps);
  const patience = patienceFor(deps);
  const wanted = checked(deps, requests);
  const answers: TaskAnswer[] = [];
  await parallel(numbered(wanted), AT_ONCE, async ([i, request]) => {
    const { call, look } = newCall(request, clock.now(), patience);
    const { created, call: task } = await calls.create(call, look);
    const { id } = task;
    if (created) deps.metrics.count('TasksCreated', 1);
    answers[i] = task.digest === call.digest ? { id, task, created } : { id, error: new TaskConflictError(id) };
  });
  await sendNear(
    deps,
    answers.flatMap((answer) => ('task' in answer ? [answer.task] : [])),
  );
  return answers;
}

/**
 * Reads a task.
 * @throws {TaskNotFoundError}
 */
export async function showTask({ calls, pipeline }: TaskDeps, id: string): Promise<Call> {
  const task = await calls.read(parsed(taskId, id, 'id'));
  if (!task) throw new TaskNotFoundError(pipeline.name, id);
  return task;
}

/**
 * Moves a task to another time, unless it is being called or has ended. What is under way of the time before becomes void.
 * @throws {InputError} @throws {TaskNotFoundError} @throws {TaskIsCalledError} @throws {TaskHasEndedError}
 */
export async function moveTask(deps: TaskDeps, id: string, executeAt: unknown): Promise<Call> {
  takesTasks(deps);
  const wanted = parsed(taskTime, executeAt, 'executeAt');
  const patience = patienceFor(deps);
  return changed(deps, id, async (task) => {
    if (task.outcome) throw new TaskHasEndedError(id, task.outcome.status, task.calls);
    if (task.latest !== null && task.latest < wanted)
      throw new InputError(`executeAt: is after the task's latest time, ${new Date(task.latest).toISOString()}.`);
    // A mover may have died before it sent.
    const isThere = task.wanted === wanted && task.due === wanted;
    const next = movedTo(task, wanted, deps.clock.now(), patience);
    if (!isThere && !(await deps.calls.turn(task, next))) return null;
    if (!isThere) deps.metrics.count('TasksMoved', 1);
    const moved = isThere ? task : { ...task, ...next };
    await sendNear(deps, [moved]);
    return moved;
  });
}

/**
 * Cancels a task: once this returns, no call of it starts any more. Its outcome says how many were made: after none, its service never
 * heard of it.
 * @throws {InputError} @throws {TaskNotFoundError} @throws {TaskIsCalledError} @throws {TaskHasEndedError}
 */
export function cancelTask(deps: TaskDeps, id: string): Promise<Call> {
  const { calls, clock, pipeline } = deps;
  return changed(deps, id, async (task) => {
    if (task.outcome?.status === 'CANCELLED') return task;
    if (task.outcome) throw new TaskHasEndedError(id, task.outcome.status, task.calls);
    const how = { status: 'CANCELLED', reason: 'cancelled', result: null, attempts: task.calls, ms: 0 } as const;
    const outcome = { ...how, at: clock.now() };
    if (!(await calls.end(task, outcome, callKeptUntil(pipeline.retentionDays, outcome.at)))) return null;
    deps.metrics.count('TasksCancelled', 1);
    return { ...task, outcome, mark: null };
  });
}

/**
 * Cancels 1 to 1,000 tasks.
 * @returns an answer each, in their order
 * @throws {InputError} nothing was cancelled
 */
export async function cancelTasks(deps: TaskDeps, ids: unknown): Promise<readonly TaskAnswer[]> {
  const list = parsed(z.array(taskId).min(1).max(MOST_TASKS), ids, 'ids');
  const answers: TaskAnswer[] = [];
  await parallel(numbered(list), AT_ONCE, async ([i, id]) => {
    try {
      answers[i] = { id, task: await cancelTask(deps, id), created: false };
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      answers[i] = { id, error };
    }
  });
  return answers;
}

const listQuery = z.strictObject({
  state: z.enum(['pending', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']).default('pending'),
  /** Of those that have ended, the times that they were asked for; of others, those of their next look. */
  from: taskTime.optional(),
  until: taskTime.optional(),
  /** As the page before gave it. */
  cursor: z
    .string()
    .regex(/^\d{15}#[\w#-]{1,100}$/, 'must be as a page gave it')
    .optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

/**
 * Lists tasks of one state, page by page.
 * @throws {InputError} naming the field
 */
export async function listTasks(
  deps: TaskDeps,
  query: unknown,
): Promise<{ readonly tasks: readonly Call[]; readonly cursor: string | null }> {
  takesTasks(deps);
  const { state, cursor, ...rest } = parsed(listQuery, query, '');
  const page = await deps.calls.list({ ...rest, state: state === 'pending' ? 'DUE' : state, after: cursor });
  return { tasks: page.calls, cursor: page.next };
}

/** @throws {NoTasksError} */
function takesTasks({ pipeline }: TaskDeps): void {
  if (!pipeline.tasks) throw new NoTasksError(pipeline.name);
}

/** Writes a task by what is read of it, again where others wrote meanwhile: the write then gives null. */
async function changed(deps: TaskDeps, id: string, write: (task: Call) => Promise<Call | null>): Promise<Call> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const task = await showTask(deps, id);
    if (!task.outcome && isLive(task.mark, deps.clock.now())) throw new TaskIsCalledError(id);
    const written = await write(task);
    if (written) return written;
  }
  // Only what is called changes so often.
  throw new TaskIsCalledError(id);
}

/** Sends those that no round need look for. */
async function sendNear(deps: TaskDeps, tasks: readonly Call[]): Promise<void> {
  const now = deps.clock.now();
  const patience = patienceFor(deps);
  await sendCalls(
    deps,
    tasks.filter((task) => callStateOf(task, now) === 'pending' && lookOf(task.due, now, patience).sends),
  );
}

/** Tasks as they are asked for, all of them checked. */
function checked({ random }: TaskDeps, requests: unknown) {
  const list = parsed(z.array(z.unknown()).min(1).max(MOST_TASKS), requests, 'tasks');
  return list.map((one, i) => {
    const at = `tasks[${i}]`;
    const { id = random.id(), executeAt, latest = null, item: given } = parsed(taskRequest, one, at);
    const item = itemOf(given, `${at}.item`);
    const body = digest({ executeAt, latest, item });
    return { id, digest: body, item, latest, wanted: executeAt };
  });
}

function itemOf(given: unknown, at: string) {
  try {
    const text = jsonText(at, given);
    const bytes = Buffer.byteLength(text);
    if (bytes > SIZES.inlineBytes)
      throw new InputError(
        `${at}: is ${bytes} bytes of JSON; allowed are ${SIZES.inlineBytes}. Store it, and say where it is.`,
      );
    return z.json().parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof NotJsonError) throw new InputError(error.message, { loggable: `${at}: is not JSON` });
    throw error;
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path, message, code }) => {
    const place = path.reduce<string>(
      (before, key) => (typeof key === 'number' ? `${before}[${key}]` : `${before}${before && '.'}${String(key)}`),
      at,
    );
    const received = path.reduce<unknown>((of, key) => (isObject(of) ? Reflect.get(of, key) : undefined), value);
    const shown = ['string', 'number', 'boolean'].includes(typeof received) ? ` (received ${show(received)})` : '';
    return { said: `${place || 'The request'}: ${message}${shown}`, loggable: `${at || 'The request'}: ${code}` };
  });
  throw new InputError(places.map(({ said }) => said).join('; '), {
    loggable: places.map(({ loggable }) => loggable).join('; '),
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

async function* numbered<T>(list: readonly T[]): AsyncGenerator<readonly [number, T]> {
  yield* list.entries();
}

const patienceFor = ({ pipeline }: TaskDeps) => patienceOf(forwarderTimeoutSeconds(pipeline.endpoint));
