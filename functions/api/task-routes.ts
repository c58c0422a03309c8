import type { Context, Hono } from 'hono';
import {
  cancelTask,
  cancelTasks,
  createTasks,
  listTasks,
  moveTask,
  showTask,
  type TaskAnswer,
} from '../../shared/control/tasks.ts';
import { type Call, callStateOf } from '../../shared/domain/call.ts';
import { PROBLEMS } from '../../shared/domain/http-api/problems.ts';
import { oneOrMany, type TaskResource, taskIds, taskMove } from '../../shared/domain/http-api/tasks.ts';
import { TaskConflictError } from '../../shared/domain/task-errors.ts';
import { release } from '../../shared/storage/spill.ts';
import { readBody } from './body.ts';
import { idOf } from './callers.ts';
import type { Completions } from './completions.ts';
import type { Desk } from './deps.ts';
import type { Env } from './env.ts';
import { idempotencyKey, waitSeconds } from './headers.ts';
import { Problem, problemBodyOf, problemOf } from './problems.ts';

export interface TaskRoutes {
  readonly completions: Completions;
  /** The ports of a pipeline. @throws {Problem} where there is none of that name */
  deskOf(pipeline: string): Promise<Desk>;
}

/** A task that is due is called within a second or two; one of next year is not worth a look each minute. */
const [SOONEST, LATEST] = [1, 60];

/** Creates, shows, lists, moves and cancels tasks. */
export function addTaskRoutes(app: Hono<Env>, { completions, deskOf }: TaskRoutes): void {
  const deskIn = (c: Context<Env>) => deskOf(c.req.param('pipeline') ?? '');
  const taskIn = (c: Context<Env>) => c.req.param('task') ?? '';

  /** The task, as soon as it has ended or its caller's time is over. */
  async function awaited(c: Context<Env>, desk: Desk, task: Call, seconds: number): Promise<Call> {
    if (seconds === 0 || task.outcome) return task;
    const { pipeline, clock } = desk;
    const of = { kind: 'task', pipeline: pipeline.name, id: task.id } as const;
    await completions.wait(of, clock.now() + seconds * 1_000, c.req.raw.signal);
    return showTask(desk, task.id);
  }

  app.post('/pipelines/:pipeline/tasks', async (c) => {
    const desk = await deskIn(c);
    const seconds = waitSeconds(c);
    const asked = await readBody(c, oneOrMany);
    const key = idempotencyKey(c);
    if (asked.tasks !== undefined) {
      if (key !== null)
        throw new Problem('bad-request', 'Idempotency-Key: is for one task; of several, each has an id.');
      return answerEach(c, desk, await createTasks(desk, asked.tasks));
    }
    if (key !== null && asked.id !== undefined)
      throw new Problem('bad-request', 'id: is given beside an Idempotency-Key, which names the task too.');
    const [answer] = await createTasks(desk, [{ ...asked, ...(key !== null && { id: idOf(c.var.caller, key) }) }]);
    if (!answer) throw new TypeError('There is an answer for each task.');
    if ('error' in answer)
      throw key !== null && answer.error instanceof TaskConflictError ? new Problem('key-reused') : answer.error;
    const task = await awaited(c, desk, answer.task, seconds);
    if (seconds > 0) return answerTask(c, desk, task);
    const view = await viewTask(desk, task);
    return c.json(view, answer.created ? 201 : 200, {
      location: view.links.self,
      'retry-after': retryAfter(desk, task),
    });
  });

  app.get('/pipelines/:pipeline/tasks', async (c) => {
    const desk = await deskIn(c);
    const { limit, from, until, ...rest } = c.req.query();
    const query = { ...rest, ...numbersIn({ limit, from, until }) };
    const { tasks, cursor } = await listTasks(desk, query);
    const behind = new URLSearchParams({ ...c.req.query(), ...(cursor !== null && { cursor }) });
    const next = cursor === null ? null : `${pathOf(desk)}?${behind}`;
    return c.json({ tasks: await Promise.all(tasks.map((task) => viewTask(desk, task))), next });
  });

  app.delete('/pipelines/:pipeline/tasks', async (c) => {
    const desk = await deskIn(c);
    const { ids } = await readBody(c, taskIds);
    return answerEach(c, desk, await cancelTasks(desk, ids));
  });

  app.get('/pipelines/:pipeline/tasks/:task', async (c) => {
    const desk = await deskIn(c);
    const seconds = waitSeconds(c);
    return answerTask(c, desk, await awaited(c, desk, await showTask(desk, taskIn(c)), seconds));
  });

  app.patch('/pipelines/:pipeline/tasks/:task', async (c) => {
    const desk = await deskIn(c);
    const { executeAt } = await readBody(c, taskMove);
    return c.json(await viewTask(desk, await moveTask(desk, taskIn(c), executeAt)));
  });

  app.delete('/pipelines/:pipeline/tasks/:task', async (c) => {
    const desk = await deskIn(c);
    return c.json(await viewTask(desk, await cancelTask(desk, taskIn(c))));
  });
}

const pathOf = ({ pipeline }: Desk) => `/pipelines/${pipeline.name}/tasks`;
const iso = (ms: number) => new Date(ms).toISOString();

/** A task as it is shown. */
async function viewTask(desk: Desk, task: Call): Promise<TaskResource> {
  const { outcome } = task;
  return {
    id: task.id,
    pipeline: desk.pipeline.name,
    state: callStateOf(task, desk.clock.now()),
    executeAt: iso(task.wanted),
    latest: task.latest === null ? null : iso(task.latest),
    createdAt: iso(task.createdAt),
    item: task.item,
    calls: task.calls,
    lateMs: task.late,
    outcome: outcome && {
      reason: outcome.reason,
      result: await release(desk.objects, outcome.result),
      endedAt: iso(outcome.at),
    },
    links: { self: `${pathOf(desk)}/${task.id}` },
  };
}

/** 202 and when to look again, until it has ended. */
async function answerTask(c: Context<Env>, desk: Desk, task: Call): Promise<Response> {
  const view = await viewTask(desk, task);
  if (task.outcome) return c.json(view, 200);
  return c.json(view, 202, { location: view.links.self, 'retry-after': retryAfter(desk, task) });
}

function retryAfter({ clock }: Desk, { due }: Call): string {
  return `${Math.min(LATEST, Math.max(SOONEST, Math.ceil((due - clock.now()) / 1_000)))}`;
}

/** An answer for each of several: some may have gone wrong. */
async function answerEach(c: Context<Env>, desk: Desk, answers: readonly TaskAnswer[]): Promise<Response> {
  const tasks = answers.map(async (answer) => {
    if ('task' in answer)
      return { id: answer.id, status: answer.created ? 201 : 200, task: await viewTask(desk, answer.task) };
    const problem = problemOf(answer.error);
    return { id: answer.id, status: PROBLEMS[problem.code].status, problem: problemBodyOf(problem) };
  });
  return c.json({ tasks: await Promise.all(tasks) });
}

/** What an address holds as text and is a number, as a number. */
function numbersIn(texts: Readonly<Record<string, string | undefined>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, /^\d{1,15}$/.test(text) ? Number(text) : text]],
    ),
  );
}
