import type * as z from 'zod';
import type { ProblemCode } from '../../shared/domain/http-api/problems.ts';
import { newRun, pipelineList, runList, runResource } from '../../shared/domain/http-api/runs.ts';
import {
  newTasks,
  taskAnswers,
  taskIds,
  taskList,
  taskMove,
  taskResource,
} from '../../shared/domain/http-api/tasks.ts';

/** What the document says of one method at one address. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  /** False: an empty body is as good as `{}`. */
  readonly needsBody?: boolean;
  /** Names of what may stand behind the address, each with what it is. */
  readonly query?: Readonly<Record<string, { readonly description: string; readonly type: 'string' | 'integer' }>>;
  /** It takes `Prefer: wait=N`. */
  readonly waits?: true;
  /** It takes an Idempotency-Key. */
  readonly isKeyed?: true;
  /** Null: no body of JSON. */
  readonly answers: Readonly<Record<number, { readonly what: string; readonly body: z.ZodType | null }>>;
  readonly problems: readonly ProblemCode[];
}

const PIPELINE = '/pipelines/{pipeline}';
const RUN = `${PIPELINE}/runs/{run}`;
const TASK = `${PIPELINE}/tasks/{task}`;
const BODY = ['bad-request', 'not-json', 'too-large', 'unsupported-media-type'] as const;
const OF_RUN = ['pipeline-not-found', 'run-not-found'] as const;
const OF_TASK = ['bad-request', 'pipeline-not-found', 'task-not-found'] as const;
const OF_TASKS = ['bad-request', 'pipeline-not-found', 'no-tasks'] as const;

const goesOn = { what: 'It goes on; Retry-After says when to look again.', body: runResource };
const ended = { what: 'It has ended.', body: runResource };
const followed = { what: 'It is at the address in Location, which works for a minute.', body: null };
const oneTask = { what: 'The task.', body: taskResource };
const eachTask = { what: 'An answer for each, in their order.', body: taskAnswers };

/** All that the API does, but for this document itself. */
export const OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/pipelines', id: 'listPipelines', summary: 'Lists the pipelines.', problems: [] },
    answers: { 200: { what: 'Their names.', body: pipelineList } },
  },
  {
    ...{ method: 'post', path: `${PIPELINE}/runs`, id: 'startRun', summary: 'Starts a run.' },
    ...{ body: newRun, needsBody: false, waits: true, isKeyed: true },
    answers: { 202: { what: 'It is accepted; Location says where it is.', body: runResource }, 200: ended },
    problems: [...BODY, 'pipeline-not-found', 'run-conflict', 'run-purged', 'key-reused'],
  },
  {
    ...{ method: 'get', path: `${PIPELINE}/runs`, id: 'listRuns', summary: 'Lists the newest hundred runs.' },
    answers: { 200: { what: 'Newest first.', body: runList } },
    problems: ['pipeline-not-found'],
  },
  {
    ...{ method: 'get', path: RUN, id: 'showRun', summary: 'Shows a run.', waits: true },
    ...{ answers: { 202: goesOn, 200: ended }, problems: OF_RUN },
  },
  {
    ...{ method: 'delete', path: RUN, id: 'cancelRun', summary: 'Cancels a run, irrevocably.' },
    ...{ answers: { 202: goesOn, 200: ended }, problems: OF_RUN },
  },
  {
    ...{
      method: 'get',
      path: `${RUN}/events`,
      id: 'followRun',
      summary: 'Streams progress and end as server-sent events.',
    },
    answers: {
      200: { what: 'Snapshots of the run, as text/event-stream.', body: null },
      204: { what: 'The end has been seen: do not come again.', body: null },
    },
    problems: OF_RUN,
  },
  ...['report', 'rows', 'summary'].map(
    (file): Operation => ({
      ...{
        method: 'get',
        path: `${RUN}/${file}`,
        id: `${file}OfRun`,
        summary: `Leads to the ${file} of an ended run.`,
      },
      ...{ answers: { 303: followed }, problems: [...OF_RUN, 'not-ended', 'no-report'] },
    }),
  ),
  {
    ...{ method: 'post', path: `${PIPELINE}/tasks`, id: 'createTasks', summary: 'Creates one task, or several.' },
    ...{ body: newTasks, waits: true, isKeyed: true },
    answers: {
      201: { what: 'The task is created.', body: taskResource },
      200: {
        what: 'One was there already, or has ended; of several, an answer each.',
        body: taskResource.or(taskAnswers),
      },
      202: { what: 'It has not ended within the time that its caller waits.', body: taskResource },
    },
    problems: [...BODY, ...OF_TASKS, 'task-conflict', 'key-reused'],
  },
  {
    ...{ method: 'get', path: `${PIPELINE}/tasks`, id: 'listTasks', summary: 'Lists tasks of one state, by time.' },
    query: {
      state: { description: 'pending (the default), SUCCEEDED, FAILED, CANCELLED or EXPIRED.', type: 'string' },
      from: { description: 'The least time: UNIX seconds, or a date and time with its zone.', type: 'string' },
      until: { description: 'The greatest time.', type: 'string' },
      cursor: { description: 'As `next` of the page before has it.', type: 'string' },
      limit: { description: '1 to 100; 50 by default.', type: 'integer' },
    },
    answers: { 200: { what: 'A page.', body: taskList } },
    problems: OF_TASKS,
  },
  {
    ...{
      method: 'delete',
      path: `${PIPELINE}/tasks`,
      id: 'cancelTasks',
      summary: 'Cancels several tasks.',
      body: taskIds,
    },
    ...{ answers: { 200: eachTask }, problems: [...BODY, 'pipeline-not-found'] },
  },
  {
    ...{ method: 'get', path: TASK, id: 'showTask', summary: 'Shows a task.', waits: true },
    answers: { 202: { what: 'It has not ended.', body: taskResource }, 200: oneTask },
    problems: OF_TASK,
  },
  {
    ...{ method: 'patch', path: TASK, id: 'moveTask', summary: 'Moves a task to another time.', body: taskMove },
    answers: { 200: oneTask },
    problems: [...BODY, ...OF_TASK, 'no-tasks', 'task-is-called', 'task-has-ended'],
  },
  {
    ...{ method: 'delete', path: TASK, id: 'cancelTask', summary: 'Cancels a task.', answers: { 200: oneTask } },
    problems: [...OF_TASK, 'task-is-called', 'task-has-ended'],
  },
];
