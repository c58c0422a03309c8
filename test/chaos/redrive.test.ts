import { describe, expect, test } from 'vitest';
import { jsonLines } from '../../shared/author/outputs/json-lines.ts';
import type { Accumulator } from '../../shared/author/reduce.ts';
import { childHistory } from '../../shared/control/child-history.ts';
import { failures } from '../../shared/control/failures.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { startRun } from '../../shared/control/start.ts';
import { ObjectNotFoundError } from '../../shared/domain/errors.ts';
import { randomFaults } from '../../testing/fault-plans.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { storedChildren } from './chain.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Service } from './service.ts';
import { HOUR, MINUTE, SECOND, World, type WorldOptions } from './world.ts';

const DAY = 24 * HOUR;
const CHILDREN = 2_000;
const SOURCE = { children: CHILDREN, perSlice: 700 };

/** One of a hundred is refused at first; half of those are mended before the second execution, the rest before the third. */
const mended: Service = (i, _, { run }) => {
  const n = Number(/~(\d+)$/.exec(run)?.[1] ?? 1);
  const isRefused = i % 100 === 7 && (n === 1 || (n === 2 && i % 200 === 7));
  return isRefused ? answers(i, { httpStatus: 422, body: '' }) : answers(i);
};

async function executed(options: Partial<WorldOptions> = {}): Promise<World> {
  return ended(new World({ pipeline: chaosPipeline(SOURCE), service: mended, ...options }));
}

async function ended(world: World): Promise<World> {
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  expect((await world.runToEnd('r')).status).toBe('succeeded-with-failures');
  return world;
}

async function redriven(world: World, run: string, next: string, filter = {}) {
  await world.insist((deps) => redriveRun(deps, run, filter));
  return world.runToEnd(next);
}

/** Children called in an execution. */
const called = (world: World, run: string) =>
  [...world.journal.calls.keys()].filter((key) => key.startsWith(`${run}/`)).map((key) => key.slice(run.length + 1));

test('redrives call what failed, and each report is the whole one', async () => {
  const outputs = { lines: jsonLines({ columns: [{ name: 'i', of: ({ item }) => Object(item).i }] }) };
  const world = await executed({ pipeline: { ...chaosPipeline(SOURCE), outputs } });
  const first = await readReport(world.deps, 'r');
  const failed = first.rows.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  expect(failed).toHaveLength(20);

  expect((await redriven(world, 'r', 'r~2')).status).toBe('succeeded-with-failures');
  expect(new Set(called(world, 'r~2'))).toEqual(new Set(failed));
  // By any of the chain's ids.
  expect((await redriven(world, 'r', 'r~3')).status).toBe('succeeded');
  const second = await readReport(world.deps, 'r~2');
  const stillFailed = second.rows.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  expect(stillFailed).toHaveLength(10);
  expect(new Set(called(world, 'r~3'))).toEqual(new Set(stillFailed));

  await world.drain();
  const expected = await storedChildren(world.deps, 'r');
  for (const run of ['r', 'r~2', 'r~3']) {
    expect((await checkRun(world, run, { expected })).problems, run).toEqual([]);
  }
  expect(await checkQueues(world)).toEqual([]);
  const third = await readReport(world.deps, 'r~3');
  expect(third.rows.map(({ id, i }) => [id, i])).toEqual(first.rows.map(({ id, i }) => [id, i]));
  // An output is of the whole report too, in its order.
  for (const [run, { rows }] of Object.entries({ r: first, 'r~2': second, 'r~3': third })) {
    const lines = Buffer.from(await world.deps.objects.get(`${run}/outputs/lines/lines.jsonl`)).toString();
    const ended = rows.filter(({ status }) => status === 'SUCCEEDED');
    expect(lines, run).toBe(ended.map(({ i }) => `{"i":${i}}\n`).join(''));
  }
  const attempts = new Map(third.rows.map((row) => [row.id, row.attempts]));
  expect(failed.map((id) => attempts.get(id))).toEqual(failed.map((id) => (stillFailed.includes(id) ? 3 : 2)));
  await expect(redriveRun(world.deps, 'r')).rejects.toThrow(/no child that is FAILED/);
  await expect(redriveRun(world.deps, 'r', { reasons: ['Ann Lee'] })).rejects.toMatchObject({
    message: expect.stringContaining('with reason Ann Lee.'),
    loggable: expect.not.stringContaining('Ann'),
  });
});

test('a chain of redrives under chaos', async () => {
  const world = await executed({
    seed: 11,
    duplicates: 0.1,
    plan: (random) =>
      randomFaults(random, { crashBefore: 0.002, crashAfter: 0.002, loseAnswer: 0.003, throttle: 0.003 }),
  });
  await redriven(world, 'r', 'r~2');
  await redriven(world, 'r~2', 'r~3');
  await world.drain();
  const expected = await storedChildren(world.deps, 'r');
  for (const run of ['r', 'r~2', 'r~3']) {
    expect((await checkRun(world, run, { expected })).problems, run).toEqual([]);
  }
});

test('an outage of the files that a redrive reads does not count as its source failing', async () => {
  let until = 0;
  const world: World = await executed({
    plan:
      () =>
      ({ port, process }) =>
        port === 'objects' && process.startsWith('splitter') && world.now() < until ? 'throttle' : 'pass',
  });
  until = world.now() + 15 * MINUTE;
  expect((await redriven(world, 'r', 'r~2')).closed).toBeNull();
  expect(called(world, 'r~2')).toHaveLength(20);
  expect(world.journal.faults.get('throttle')).toBeGreaterThan(5);
});

test('a redrive by reason calls those children alone', async () => {
  const two: Service = (i, _, { run }) => {
    if (run !== 'r') return answers(i);
    return i % 100 === 7 ? answers(i, { httpStatus: i % 200 === 7 ? 404 : 422, body: '' }) : answers(i);
  };
  const world = await executed({ service: two });
  await redriven(world, 'r', 'r~2', { reasons: ['http-404'] });
  expect(called(world, 'r~2')).toHaveLength(10);
  const { summary } = await readReport(world.deps, 'r~2');
  expect(summary.reasons).toEqual([{ reason: 'http-422', count: 10 }]);
});

test('once a failed reduce is mended, a redrive reduces all anew, and calls what failed or nobody', async () => {
  const { reduce, ...pipeline } = chaosPipeline(SOURCE, { mail: false });
  const boom = () => {
    throw new RangeError('boom');
  };
  const deployed = (reduceDigest: string, start: () => Accumulator) => ({
    pipeline: { ...pipeline, reduce: { ...reduce, start } },
    reduceDigest,
  });
  const left = { table: new MemoryTable(), objects: new MemoryObjects(), service: mended };
  const broken = deployed('broken', () => Object.assign(everyRow(), { merge: boom }));
  const world = new World({ ...left, pipeline: broken.pipeline, release: () => broken });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const failed = { status: 'failed', failure: { reason: 'reduce-failed' } };
  expect(await world.runToEnd('r')).toMatchObject(failed);
  expect(await redriven(world, 'r', 'r~2', { reasons: ['no-such'] })).toMatchObject(failed);
  expect(called(world, 'r~2')).toEqual([]);
  const whole = deployed('mended', everyRow);
  const after = new World({ ...left, pipeline: whole.pipeline, release: () => whole });
  expect(await redriven(after, 'r', 'r~3')).toMatchObject({ status: 'succeeded', failure: null });
  expect(called(after, 'r~3')).toHaveLength(20);
  const { sections, counts } = (await readReport(world.deps, 'r~3')).summary;
  expect(sections).toMatchObject([{ figures: [{ label: 'Counted', value: counts.succeeded }] }]);
});

test('a reduce that takes every row it is given measures each child once, however often it was called', async () => {
  const pipeline = chaosPipeline(SOURCE);
  const world = await executed({ pipeline: { ...pipeline, reduce: { ...pipeline.reduce, start: everyRow } } });
  await redriven(world, 'r', 'r~2');
  await redriven(world, 'r', 'r~3');
  for (const run of ['r', 'r~2', 'r~3']) {
    const { sections, counts } = (await readReport(world.deps, run)).summary;
    expect(sections, run).toMatchObject([{ figures: [{ label: 'Counted', value: counts.succeeded }] }]);
  }
});

/** An accumulator that relies on being given only what counts. */
function everyRow(): Accumulator {
  let count = 0;
  return {
    add() {
      count++;
    },
    merge(other) {
      count += Number(other);
    },
    toJSON: () => count,
    sections: () => [{ kind: 'figures', title: 'Rows', figures: [{ label: 'Counted', value: count }] }],
  };
}

test('a redrive asked for twice is one, and while it goes on another is refused', async () => {
  const world = await executed();
  const asks = Promise.all(Array.from({ length: 4 }, () => world.control((deps) => redriveRun(deps, 'r'))));
  await world.host.run({ limit: world.now() + SECOND / 100 });
  await expect(redriveRun(world.deps, 'r', { reasons: ['http-422'] })).rejects.toThrow(/still/);
  await world.runToEnd('r~2');
  expect((await asks).map(({ end }) => end)).toEqual(Array.from({ length: 4 }, () => 'answered'));
  expect(called(world, 'r~2')).toHaveLength(20);
  expect((await world.deps.stores.runs.list({ limit: 9 })).map(({ run }) => run).sort()).toEqual(['r', 'r~2']);
});

test('a redrive is refused when what makes a row has changed; the endpoint is of today', async () => {
  const world = await executed();
  const { pipeline } = world;
  const columns = [...pipeline.reduce.columns, 'more'];
  const changed = { ...pipeline, reduce: { ...pipeline.reduce, columns } };
  await expect(redriveRun({ ...world.deps, pipeline: changed }, 'r')).rejects.toThrow(/changed/);
  expect(await world.deps.stores.runs.read('r~2')).toBeNull();
  const moved = chaosPipeline(SOURCE, { path: '/elsewhere', deadlineHours: 3, mail: false });
  expect(await redriveRun({ ...world.deps, pipeline: moved }, 'r')).toMatchObject({ runId: 'r~2', created: true });
});

describe('what S3 deletes by its age', () => {
  /** A run of a day's deadline and two days' retention, its objects deleted as early as the bucket's lifecycle rule can. */
  const aged = async () => {
    const pipeline = { ...chaosPipeline(SOURCE), retentionDays: 2 };
    const objects = new AgingObjects(3 * DAY, () => world.now());
    const world: World = new World({ pipeline, service: mended, objects });
    await ended(world);
    const { startedAt, ttl } = (await world.deps.stores.runs.read('r')) ?? { startedAt: 0, ttl: 0 };
    expect(ttl * SECOND - startedAt).toBe(3 * DAY);
    const passTo = (time: number) => world.host.run({ limit: startedAt + time });
    return { world, ttl, passTo };
  };

  test('a redrive is kept as long as its first run, and until then all of it is there', async () => {
    const { world, ttl, passTo } = await aged();
    await passTo(DAY);
    await redriven(world, 'r', 'r~2');
    await passTo(1.9 * DAY);
    await redriven(world, 'r~2', 'r~3');
    for (const run of ['r', 'r~2', 'r~3']) expect(await world.deps.stores.runs.read(run)).toMatchObject({ ttl });
    await passTo(3 * DAY - SECOND);
    const failed = [];
    for await (const { id } of failures(world.deps, 'r~2')) failed.push(id);
    expect(failed).toHaveLength(10);
    expect(await showChild(world.deps, 'r~3', failed[0] ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await childHistory(world.deps, 'r~3', failed[0] ?? '')).toMatchObject([
      { run: 'r', status: 'FAILED', reason: 'http-422', attempts: 1 },
      { run: 'r~2', status: 'FAILED', reason: 'http-422', attempts: 2 },
      { run: 'r~3', status: 'SUCCEEDED', reason: null, attempts: 3 },
    ]);
    // A child that no redrive called again has the one outcome.
    expect(await childHistory(world.deps, 'r~3', '0-0.0.0')).toMatchObject([{ run: 'r', status: 'SUCCEEDED' }]);
  });

  test('a redrive that may outlive the objects of its first run is refused, by the date', async () => {
    const { world, passTo } = await aged();
    await passTo(1.9 * DAY);
    await redriven(world, 'r', 'r~2');
    await passTo(2 * DAY);
    for (const run of ['r', 'r~2']) {
      await expect(redriveRun(world.deps, run)).rejects.toThrow(
        /kept until 2026-01-04T00:00Z.*until 2026-01-04T01:00Z/,
      );
    }
    expect(await world.deps.stores.runs.read('r~3')).toBeNull();
  });

  test('a retention that was shortened since counts, as it does for the bucket', async () => {
    const { world, passTo } = await aged();
    await passTo(DAY);
    const shorter = { ...world.deps, pipeline: { ...world.pipeline, retentionDays: 1 } };
    await expect(redriveRun(shorter, 'r')).rejects.toThrow(/kept until 2026-01-03T00:00Z/);
  });
});

/** Objects that are gone at a certain age. */
class AgingObjects extends MemoryObjects {
  readonly #created = new Map<string, number>();
  readonly #age: number;
  readonly #now: () => number;

  constructor(age: number, now: () => number) {
    super();
    this.#age = age;
    this.#now = now;
  }

  override async put(...[key, ...rest]: Parameters<MemoryObjects['put']>): Promise<void> {
    this.#created.set(key, this.#now());
    await super.put(key, ...rest);
  }

  override async get(...[key, ...rest]: Parameters<MemoryObjects['get']>): Promise<Uint8Array> {
    const created = this.#created.get(key) ?? this.#now();
    if (this.#now() >= created + this.#age) throw new ObjectNotFoundError(key);
    return super.get(key, ...rest);
  }
}
