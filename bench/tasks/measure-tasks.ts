import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { fileLog } from '../../local/file-log.ts';
import { startHost } from '../../local/host.ts';
import { B, N } from '../../shared/adapters/dynamodb/attributes.ts';
import { DynamoTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { cancelTask, cancelTasks, createTasks, MOST_TASKS, type TaskDeps } from '../../shared/control/tasks.ts';
import type { Call } from '../../shared/domain/call.ts';
import { TaskError } from '../../shared/domain/task-errors.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { listening } from '../listening.ts';
import type { TaskFigures } from './figures.ts';

const TABLE = 'bench';
/** As many writes on their way at once as {@link createTasks} has. */
const LANES = 32;
/** About what a task's item takes. */
const ITEM_BYTES = 300;
/** Of the tasks whose lateness is measured one in so many is cancelled at about its time. */
const CANCELLED_OF = 10;
const HOUR_MS = 3_600_000;
/** Seconds of even load: lateness grows no more after that. */
const SPREAD_SECONDS = 60;
/** Without an outcome for so long the rest is lost. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Tasks in the embedded host: created far off and cancelled, then as many that are due at one time, then as many again that come at half
 * the rate at which those were called. Before and behind: bare conditional puts through the same client, in the same process and table.
 */
async function measure(tasks: number): Promise<TaskFigures> {
  const stateDir = await mkdtemp(join(tmpdir(), 'microprocess-bench-tasks-'));
  const telemetry = fileLog(join(stateDir, 'logs', 'functions.log'));
  const service = await countingService();
  const pipeline = benchPipeline();
  try {
    const host = await startHost({
      first: { pipeline, reduceDigest: 'bench', endpointUrl: service.url },
      telemetry: () => telemetry,
      stateDir,
      tableDefinition: { ...tableDefinition, TableName: TABLE },
    });
    try {
      const deps = connectOperator(pipeline, host.first.resources, LOCAL_REGION, telemetry);
      // Code that runs for the first time is slow, and would make the floor low.
      await putItems(Math.min(tasks, 500), 'warm');
      const before = await putItems(tasks, 'before');
      const far = named('far', tasks);
      const create = await rateOf(tasks, () => createAt(deps, far, () => Date.now() + HOUR_MS));
      const cancel = await rateOf(tasks, async () => {
        for (const ids of inRequests(far)) await cancelTasks(deps, ids);
      });
      const fire = await fireAll(deps, named('fired', tasks), Date.now() + leadMs(tasks / create));
      const evenly = fire.rate / 2;
      const some = named('spread', Math.min(tasks, Math.ceil(SPREAD_SECONDS * evenly)));
      const spread = await callSpread(deps, some, evenly, Date.now() + leadMs(some.length / create), service.calls);
      const behind = await putItems(tasks, 'behind');
      return {
        ...{ tasks, puts: [before, behind], create, cancel, fire: fire.rate },
        ...spread,
        lost: spread.lost + fire.lost,
        twice: [...service.calls.values()].filter(({ count }) => count > 1).length,
      };
    } finally {
      await host.stop();
    }
  } finally {
    await service.stop();
    await telemetry.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function benchPipeline() {
  return definePipeline({
    name: 'bench',
    source: list(() => []),
    endpoint: { service: 'bench', path: '/fire' },
    tasks: {},
    report: {},
  });
}

interface Served {
  count: number;
  readonly at: number;
}

/** Answers at once, and counts each task's calls. */
async function countingService() {
  const calls = new Map<string, Served>();
  const server = createServer((request, response) => {
    const id = String(request.headers['microprocess-child']);
    const served = calls.get(id) ?? { count: 0, at: Date.now() };
    served.count += 1;
    calls.set(id, served);
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  return { calls, ...(await listening(server)) };
}

const named = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}-${i}`);

function* inRequests(ids: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < ids.length; i += MOST_TASKS) yield ids.slice(i, i + MOST_TASKS);
}

async function createAt(deps: TaskDeps, ids: readonly string[], at: (id: string) => number): Promise<void> {
  for (const some of inRequests(ids)) {
    await createTasks(
      deps,
      some.map((id) => ({ id, executeAt: new Date(at(id)).toISOString(), item: { id } })),
    );
  }
}

async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return count / ((performance.now() - started) / 1_000);
}

/** Until when tasks that take so long to create are there, with room. */
const leadMs = (seconds: number) => Math.ceil(2 * seconds + 5) * 1_000;

/** Tasks that are all due once the last has been created: from then on they are called as fast as it goes. */
async function fireAll(deps: TaskDeps, ids: readonly string[], due: number) {
  await createAt(deps, ids, () => due);
  if (Date.now() > due) throw new Error('Creating tasks took longer than they had.');
  const ended = await allEnded(deps, ids, due);
  const last = Math.max(...ended.map(({ outcome }) => outcome?.at ?? 0));
  return { rate: ended.length / ((last - due) / 1_000), lost: ids.length - ended.length };
}

/** Tasks that come evenly, some of them cancelled at about their time. */
async function callSpread(
  deps: TaskDeps,
  ids: readonly string[],
  perSecond: number,
  began: number,
  calls: ReadonlyMap<string, Served>,
) {
  const dueOf = new Map(ids.map((id, i) => [id, began + Math.floor((1_000 * i) / perSecond)]));
  await createAt(deps, ids, (id) => dueOf.get(id) ?? began);
  const confirmed = new Map<string, number>();
  const raced = ids.filter((_, i) => i % CANCELLED_OF === 0);
  await Promise.all(
    raced.map(async (id, i) => {
      await delay(Math.max(0, (dueOf.get(id) ?? began) - Date.now() - 100 + (i % 20) * 10));
      const isCancelled = await cancelTask(deps, id).then(() => true, tooLate);
      if (isCancelled) confirmed.set(id, Date.now());
    }),
  );
  const ended = await allEnded(deps, ids, began);
  const late = ended.flatMap((task) => task.late ?? []).sort((a, b) => a - b);
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
  return {
    lateMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
    ...{ raced: raced.length, confirmed: confirmed.size },
    // A task whose cancel was confirmed is never called, before or after.
    firedAfterCancel: [...confirmed.keys()].filter((id) => calls.has(id)).length,
    lost: ids.length - ended.length,
  };
}

function tooLate(error: unknown): false {
  if (error instanceof TaskError) return false;
  throw error;
}

/** Waits for outcomes, for as long as some still come. */
async function allEnded({ calls }: TaskDeps, ids: readonly string[], from: number): Promise<readonly Call[]> {
  await delay(Math.max(0, from - Date.now()));
  const ended: Call[] = [];
  for (const some of inRequests(ids)) {
    let done: readonly Call[] = [];
    for (let last = Date.now(); done.length < some.length && Date.now() < last + PATIENCE_MS; ) {
      // Reading is work as well, for the machine that is measured.
      await delay(1_000);
      const before = done.length;
      done = (await calls.readMany(some)).filter(({ outcome }) => outcome !== null);
      if (done.length > before) last = Date.now();
    }
    ended.push(...done);
  }
  return ended;
}

/** Items of a task's size, each put if its key is free: a second. */
async function putItems(count: number, name: string): Promise<number> {
  const client = new DynamoDBClient({});
  const table = new DynamoTable(client, TABLE);
  const item = { item: B(Buffer.alloc(ITEM_BYTES, 'x')), ttl: N(2_000_000_000) };
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < count; i = next++)
      if (!(await table.putIfAbsent({ pk: `FLOOR#${name}#${i}`, sk: 'CALL' }, item)))
        throw new Error('A key was taken.');
  };
  const rate = await rateOf(count, () => Promise.all(Array.from({ length: LANES }, lane)));
  client.destroy();
  return rate;
}

const [count] = z.tuple([z.coerce.number().int().min(100)]).parse(process.argv.slice(2));
process.stdout.write(`${JSON.stringify(await measure(count))}\n`);
process.exit();
