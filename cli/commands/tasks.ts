import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { taskLateness } from '../../shared/control/task-lateness.ts';
import { type TaskView, taskView } from '../../shared/control/task-view.ts';
import {
  cancelTasks,
  createTasks,
  listTasks,
  MOST_TASKS,
  moveTask,
  showTask,
  type TaskAnswer,
} from '../../shared/control/tasks.ts';
import type { Call } from '../../shared/domain/call.ts';
import type { Json } from '../../shared/domain/json.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { latenessLine } from '../lateness-words.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Target, type Where } from '../targets/target.ts';
import { aborted, type Terminal } from '../terminal.ts';
import { columns, counted, duration, fields, plain, time } from '../text.ts';

interface Options extends Where {
  readonly json?: boolean;
}

export interface CreateOptions extends Options {
  readonly at?: string;
  readonly id?: string;
  readonly latest?: string;
  /** JSON Lines of tasks; `-` is standard input. */
  readonly tasks?: string;
}

export interface ListOptions extends Options {
  readonly state: string;
  readonly from?: string;
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface LateOptions extends Options {
  readonly hours: number;
}

const HOUR_MS = 3_600_000;

/** Creates one task, or those of a file: each line a task, up to 1,000 in one request. */
export async function create(item: Json | undefined, options: CreateOptions, terminal: Terminal): Promise<number> {
  const { at, id, latest, tasks } = options;
  if ((tasks === undefined) === (item === undefined))
    throw new UsageError('Give one task, as <item> with --at, or a file of tasks with --tasks.');
  if (tasks !== undefined && (at ?? id ?? latest) !== undefined)
    throw new UsageError(
      'Each line of --tasks has its own id, executeAt and latest: leave out --id, --at and --latest.',
    );
  return withTarget(options, 'definition', terminal, async (target) => {
    const { deps } = works(target);
    const now = deps.clock.now();
    if (tasks !== undefined) return createAll(target, tasks, options, terminal);
    const one = {
      ...{ item, id, executeAt: timeOf(at ?? '0s', now) },
      ...(latest !== undefined && { latest: timeOf(latest, now) }),
    };
    const [answer] = await createTasks(deps, [one]);
    return answer ? say([answer], target, options, terminal) : EXIT.ok;
  });
}

async function createAll(target: Target, file: string, options: Options, terminal: Terminal): Promise<number> {
  const input = file === '-' ? terminal.stdin : createReadStream(file);
  let code: number = EXIT.ok;
  let batch: unknown[] = [];
  let line = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const answers = await createTasks(target.deps, batch);
    batch = [];
    if (say(answers, target, options, terminal) !== EXIT.ok) code = EXIT.failed;
  };
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    batch.push(parsed(text, line));
    if (batch.length === MOST_TASKS) await flush();
  }
  await flush();
  return code;
}

/** Lists tasks of one state. */
export async function list(options: ListOptions, terminal: Terminal): Promise<number> {
  const { state, from, until, limit, cursor, json = false } = options;
  return withTarget(options, 'definition', terminal, async (target) => {
    const { deps } = target;
    const now = deps.clock.now();
    const { tasks, cursor: next } = await listTasks(deps, {
      ...{ state, limit, cursor },
      ...(from !== undefined && { from: timeOf(from, now) }),
      ...(until !== undefined && { until: timeOf(until, now) }),
    });
    const views = tasks.map((task) => taskView(task, now));
    if (json) terminal.stdout.write(`${JSON.stringify({ tasks: views, cursor: next })}\n`);
    else if (views.length === 0) terminal.stderr.write(`No tasks are ${state}.\n`);
    else terminal.stdout.write(columns([['TASK', 'STATE', 'AT (UTC)', 'CALLS', 'LATE', 'REASON'], ...views.map(row)]));
    if (!json && next !== null)
      terminal.stderr.write(`More: ${hint(target, 'tasks', 'list', '--state', state, '--cursor', `'${next}'`)}\n`);
    return EXIT.ok;
  });
}

/** Says how late tasks of the last hours were called. */
export async function late({ hours, json = false, ...options }: LateOptions, terminal: Terminal): Promise<number> {
  return withTarget(options, 'definition', terminal, async ({ deps }) => {
    const lateness = await taskLateness(deps, deps.clock.now() - hours * HOUR_MS);
    terminal.stdout.write(json ? `${JSON.stringify(lateness)}\n` : `${latenessLine(lateness, hours)}\n`);
    return EXIT.ok;
  });
}

/** Shows one task. */
export async function show(id: string, options: Options, terminal: Terminal): Promise<number> {
  return withTarget(options, 'definition', terminal, async ({ deps }) =>
    told(await showTask(deps, id), deps.clock.now(), options, terminal),
  );
}

/** Moves a task to another time. */
export async function move(id: string, at: string, options: Options, terminal: Terminal): Promise<number> {
  return withTarget(options, 'definition', terminal, async (target) => {
    const { deps } = works(target);
    return told(await moveTask(deps, id, timeOf(at, deps.clock.now())), deps.clock.now(), options, terminal);
  });
}

/** Cancels tasks. */
export async function cancel(ids: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  return withTarget(options, 'definition', terminal, async (target) =>
    say(await cancelTasks(target.deps, ids), target, options, terminal),
  );
}

/** Calls tasks on this machine as they come due, until Ctrl-C. */
export async function work(options: Where, terminal: Terminal): Promise<number> {
  return withTarget({ ...options, local: true }, 'own-worker', terminal, async (target) => {
    terminal.stderr.write(
      `Calling tasks of ${target.pipeline.name} on this machine as they come due. Ctrl-C ends it.\n`,
    );
    return Promise.race([aborted(terminal.signal), target.broken]);
  });
}

/** On this machine a task has no queue before something works on its pipeline. */
function works(target: Target): Target {
  if (target.worker !== 'nobody') return target;
  throw new UsageError(
    `Nothing calls tasks of ${target.pipeline.name} on this machine. Start "${hint(target, 'tasks', 'work')}" in another terminal, or name a stage with --stage.`,
  );
}

/** UNIX seconds, a time from now such as 90s or 2h, or what is checked as a date and time with its zone. */
function timeOf(text: string, now: number): number | string {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const [, number = '', unit = ''] = /^\+?(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  return seconds === undefined ? text : Math.ceil(now / 1_000) + Number(number) * seconds;
}

function parsed(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      `Line ${line} of --tasks is not JSON. Each line is a task: {"id", "executeAt", "item", "latest"}.`,
    );
  }
}

/** Says what became of each of several tasks. */
function say(answers: readonly TaskAnswer[], { deps }: Target, { json = false }: Options, terminal: Terminal): number {
  const now = deps.clock.now();
  for (const answer of answers) {
    if ('error' in answer) {
      const { code, message } = answer.error;
      if (json) terminal.stdout.write(`${JSON.stringify({ id: answer.id, error: { code, message } })}\n`);
      else terminal.stderr.write(`error: ${message}\n`);
    } else if (json) terminal.stdout.write(`${JSON.stringify(taskView(answer.task, now))}\n`);
    else terminal.stdout.write(`${line(taskView(answer.task, now))}\n`);
  }
  return answers.some((answer) => 'error' in answer) ? EXIT.failed : EXIT.ok;
}

function told(task: Call, now: number, { json = false }: Options, { stdout }: Terminal): number {
  const view = taskView(task, now);
  stdout.write(json ? `${JSON.stringify(view)}\n` : `${line(view)}\n${fields(detail(view))}`);
  return EXIT.ok;
}

const line = ({ id, state, executeAt, calls }: TaskView) =>
  `${id}  ${state}  ${utc(executeAt)}${calls > 0 ? `  ${counted(calls, 'call')}` : ''}`;

const row = ({ id, state, executeAt, calls, lateMs, reason = '' }: TaskView) => [
  id,
  state,
  utc(executeAt),
  `${calls}`,
  lateMs === undefined ? '' : duration(lateMs),
  reason,
];

function detail({ nextTryAt, latest, createdAt, endedAt, lateMs, reason, item, result }: TaskView) {
  return {
    created: utc(createdAt),
    'next try': nextTryAt && utc(nextTryAt),
    latest: latest && utc(latest),
    ended: endedAt && utc(endedAt),
    late: lateMs === undefined ? undefined : duration(lateMs),
    reason,
    item: plain(JSON.stringify(item)),
    result: result === undefined ? undefined : plain(JSON.stringify(result)),
  };
}

const utc = (iso: string) => time(Date.parse(iso));
