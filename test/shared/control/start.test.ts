import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Source } from '../../../shared/author/source.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { PLAN_SECONDS } from '../../../shared/control/plan.ts';
import { definitionDigest, digest, startRun } from '../../../shared/control/start.ts';
import { InputError, RunConflictError, SourceDataError } from '../../../shared/domain/errors.ts';
import { RUN_ID } from '../../../shared/domain/ids.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { sourceContext } from '../../../shared/flow/run-source.ts';
import { HandClock, NOW, testDeps, testPipeline } from '../support.ts';

const params = z.strictObject({ country: z.string().length(2).default('AT'), year: z.number().int().optional() });

describe('a wrong request is refused by its field, and nothing is accepted', () => {
  test.each([
    ['a run id with a slash', { runId: 'a/b' }, 'runId: must match', '"a/b"'],
    ['a run id of a redrive', { runId: 'march~2' }, 'runId: must match', '"march~2"'],
    ['no items at all', { limit: 0 }, 'limit:', '0'],
    ['half an item', { limit: 1.5 }, 'limit: must be a whole number', '1.5'],
    ['a limit as text', { limit: '10' }, 'limit:', '"10"'],
    ['a field nobody knows', { limt: 10 }, '(the request):', 'limt'],
    ['a wrong parameter', { params: { country: 'Austria' } }, 'params.country:', '"Austria"'],
    ['an unknown parameter', { params: { contry: 'AT' } }, 'params:', 'contry'],
    ['parameters as a list', { params: [] }, 'params:', '[]'],
    ['a tick without a zone', { schedule: '2026-11-03T02:00:00' }, 'schedule:', '2026-11-03T02:00:00'],
    ['a request that is text', 'now', '(the request):', '"now"'],
    ['too many parameters', { params: { country: 'AT', year: 1 }, more: 'x' }, '(the request):', 'more'],
  ])('%s', async (_, request, field, received) => {
    const deps = testDeps(testPipeline({ params }));
    const refused = await startRun(deps, request, 'cli').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InputError);
    expect(String(refused)).toContain(field);
    expect(String(refused)).toContain(received);
    expect(await deps.stores.runs.list({ limit: 9 })).toEqual([]);
    expect(deps.queues.split.sent).toEqual([]);
  });

  test('parameters whose schema throws, or would have to be waited for', async () => {
    const throwing = z.looseObject({}).transform((): never => {
      throw new Error('no city');
    });
    for (const schema of [throwing, z.looseObject({}).refine(async () => true)]) {
      const deps = testDeps(testPipeline({ params: schema }));
      const refused = await startRun(deps, { params: { a: 1 } }, 'cli').catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(InputError);
      expect(refused).toMatchObject({ message: expect.stringMatching(/^params can't be checked: its schema threw: /) });
    }
  });

  test('parameters too large for a record that every forwarder reads', async () => {
    const deps = testDeps(testPipeline({ params: z.strictObject({ text: z.string() }) }));
    const large = startRun(deps, { params: { text: 'x'.repeat(40_000) } }, 'cli');
    await expect(large).rejects.toThrow(/^params: .* allowed are 32768/);
  });
});

test('a run is accepted with its deadline, its time to live and its input; then its slices are handed out', async () => {
  const deps = testDeps(
    testPipeline({ params, source: list(() => [1, 2, 3, 4, 5], { perSlice: 2 }), deadlineHours: 2 }),
  );
  const started = await startRun(deps, { runId: 'march', limit: 3 }, 'cli');
  expect(started).toMatchObject({ runId: 'march', created: true });
  expect(await deps.stores.runs.read('march')).toMatchObject({
    status: 'splitting',
    params: { country: 'AT' },
    limit: 3,
    trigger: 'cli',
    startedAt: NOW,
    deadline: NOW + 2 * 3_600_000,
    ttl: NOW / 1_000 + 2 * 3_600 + 30 * 86_400,
  });
  // With a limit its ranges are one slice, so that they end there together.
  expect(deps.queues.split.take().map(({ slice }) => slice)).toEqual([0]);
  expect(deps.counted.get('RunsStarted')).toBe(1);
  await startRun(deps, { runId: 'april' }, 'cli');
  expect(deps.queues.split.take().map(({ slice }) => slice)).toEqual([0, 1, 2]);
});

test('an empty request starts a run under an id of its own', async () => {
  const deps = testDeps();
  const ids = [await startRun(deps, {}, 'console'), await startRun(deps, null, 'console')].map(({ runId }) => runId);
  for (const id of ids) expect(id).toMatch(RUN_ID);
  expect(new Set(ids).size).toBe(2);
});

test('repeating a start is the same run; with other input it is refused', async () => {
  const deps = testDeps(testPipeline({ params }));
  await startRun(deps, { runId: 'march', params: { country: 'DE', year: 2026 } }, 'cli');
  deps.queues.split.take();
  const again = await startRun(deps, { params: { year: 2026, country: 'DE' }, runId: 'march' }, 'api');
  expect(again).toEqual({ runId: 'march', status: 'splitting', created: false });
  expect(deps.queues.split.take()).toEqual([]);
  expect(deps.counted.get('RunsStarted')).toBe(1);
  const input = { params: { country: 'DE', year: 2026 } };
  for (const other of [{ ...input, limit: 1 }, { params: { country: 'AT' } }, { ...input, canary: 5 }]) {
    await expect(startRun(deps, { runId: 'march', ...other }, 'cli')).rejects.toThrow(RunConflictError);
  }
});

test('a start is repeated with its canary, and a digest from before there was one holds', async () => {
  const deps = testDeps();
  await startRun(deps, { runId: 'march', canary: 5 }, 'cli');
  expect(await startRun(deps, { runId: 'march', canary: 5 }, 'cli')).toMatchObject({ created: false });
  for (const other of [{ canary: 6 }, {}]) {
    await expect(startRun(deps, { runId: 'march', ...other }, 'cli')).rejects.toThrow(RunConflictError);
  }
  await startRun(deps, { runId: 'april' }, 'cli');
  expect((await deps.stores.runs.read('april'))?.input).toBe(digest({ params: {}, limit: null }));
});

test('a tick that fires twice is one run', async () => {
  const deps = testDeps();
  const first = await startRun(deps, { schedule: '2026-11-03T02:00:00Z' }, 'console');
  const second = await startRun(deps, { schedule: '2026-11-03T13:00:00+11:00' }, 'console');
  expect([first.created, second.created, second.runId]).toEqual([true, false, first.runId]);
  expect(await deps.stores.runs.read(first.runId)).toMatchObject({ trigger: 'schedule' });
});

test('a start that died before its slices were handed out is finished by repeating it', async () => {
  const deps = testDeps();
  const send = deps.queues.split.send;
  deps.queues.split.send = async () => {
    throw new Error('The queue is gone.');
  };
  await expect(startRun(deps, { runId: 'march' }, 'cli')).rejects.toThrow('The queue is gone.');
  deps.queues.split.send = send;
  expect(await startRun(deps, { runId: 'march' }, 'cli')).toMatchObject({ created: false });
  expect(deps.queues.split.take()).toHaveLength(1);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'splitting' });
});

test('a run over nothing is told to finish at once', async () => {
  const deps = testDeps(testPipeline({ source: list(() => []) }));
  await startRun(deps, { runId: 'march' }, 'cli');
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'finish', run: 'march' }]);
  expect(deps.queues.split.take()).toEqual([]);
});

/** A kilobyte that doesn't compress. */
const noise = (i: number) => createHash('shake256', { outputLength: 700 }).update(`${i}`).digest('base64');
const holes: unknown[] = [1];
holes[2] = 3;

test.each<[what: string, plan: unknown, said: string]>([
  [
    'of more slices than a run may have',
    Array.from({ length: 1_001 }, (_, i) => i),
    '1001 ranges; allowed are 1000. Put several into one',
  ],
  ['that is no list', { ranges: [1] }, "isn't a list of ranges"],
  ['with a range that was never set', holes, 'range 1, counted from 0, is undefined;'],
  [
    'with a promise',
    [0, Promise.resolve(1)],
    'range 1, counted from 0, is an instance of Promise (an await is missing)',
  ],
  ['with a bound that is no number', [{ from: Number.NaN }], 'range 0, counted from 0, has NaN at $.from;'],
  ['with a range twice', ['a', 'b', 'a'], 'the same range twice, in places 0 and 2'],
  ['too large to store', Array.from({ length: 900 }, (_, i) => noise(i)), 'bytes compressed; allowed are 100000'],
])('a plan %s closes its run, with the reason in its record and the log', async (_, plan, said) => {
  const source = Object.assign<Source<unknown>, unknown>({ async *read() {} }, { plan: async () => plan });
  const deps = testDeps(testPipeline({ source }));
  await startRun(deps, { runId: 'march' }, 'cli');
  expect(await deps.stores.runs.read('march')).toMatchObject({
    status: 'closing',
    closed: 'split-failed',
    failure: { reason: 'split-failed', detail: expect.stringContaining(said) },
  });
  expect(deps.queues.split.take()).toEqual([]);
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'finish', run: 'march' }]);
  expect(deps.lines).toMatchObject([
    {
      level: 'error',
      message: 'The plan can not be used: its run is closed.',
      fields: { error: expect.stringContaining(said) },
    },
  ]);
});

test("a file that a start named and that can't be read is in the run's record, and not in the log", async () => {
  const plan = async ({ file }: { file?: string | undefined }) => {
    throw new SourceDataError(`There is no file "${file}".`);
  };
  const deps = testDeps(testPipeline({ source: { takesFile: true, plan, async *read() {} } }));
  await startRun(deps, { runId: 'march', file: 'Ann Lee.csv' }, 'cli');
  expect(await deps.stores.runs.read('march')).toMatchObject({
    failure: { detail: 'There is no file "Ann Lee.csv".' },
  });
  expect(deps.lines).toMatchObject([{ fields: { error: "file: the source can't read it (bad-source-data)." } }]);
});

test('a plan that a source could not make this time is asked for again', async () => {
  let down = true;
  const source: Source<unknown> = {
    async plan() {
      if (down) throw new Error('The database is down.');
      return [1];
    },
    async *read() {},
  };
  const deps = testDeps(testPipeline({ source }));
  await expect(startRun(deps, { runId: 'march' }, 'cli')).rejects.toThrow('The database is down.');
  down = false;
  await startRun(deps, { runId: 'march' }, 'cli');
  expect(deps.queues.split.take()).toHaveLength(1);
});

test('a plan that never comes is an error that names the pipeline, and a later one is taken', async () => {
  const clock = new HandClock();
  const ranges: Promise<Json[]>[] = [new Promise(() => undefined)];
  const source: Source<unknown> = {
    plan() {
      clock.pass(PLAN_SECONDS * 999);
      const asked = ranges.shift();
      if (asked) clock.pass(PLAN_SECONDS);
      return asked ?? Promise.resolve([1]);
    },
    async *read() {},
  };
  const deps = { ...testDeps(testPipeline({ source })), clock };
  await expect(startRun(deps, { runId: 'march' }, 'cli')).rejects.toThrow(
    /^Pipeline "squares": its source's plan didn't come within 100 s\. .*"read"\.$/,
  );
  await startRun(deps, { runId: 'march' }, 'cli');
  expect(deps.queues.split.take()).toHaveLength(1);
});

test('parameters that their schema transforms reach the source as it made them, at every restart', async () => {
  const split = z.strictObject({ countries: z.string().transform((text) => text.split(',')) });
  const planned: unknown[] = [];
  const source = {
    async plan({ params: given }: { params: unknown }) {
      planned.push(given);
      return [];
    },
    async *read() {},
  };
  const deps = testDeps(testPipeline({ params: split, source }));
  await startRun(deps, { runId: 'march', params: { countries: 'AT,DE' } }, 'cli');
  expect(planned).toEqual([{ countries: ['AT', 'DE'] }]);
  const record = await deps.stores.runs.read('march');
  expect(record && sourceContext(record).params).toEqual(planned[0]);
});

test('the digest of a definition changes with its columns, and with nothing that a new build or endpoint changes', () => {
  const base = testPipeline();
  const same = [
    testPipeline(),
    testPipeline({ deadlineHours: 1, tolerate: { failedCount: 9 }, retry: { attempts: 1 } }),
    testPipeline({ request: (item) => item }),
    testPipeline({ endpoint: { service: 'squares', path: '/cube' } }),
    testPipeline({ reduce: { ...base.reduce, cells: (row) => base.reduce.cells(row) } }),
  ];
  for (const each of same) expect(definitionDigest(each)).toBe(definitionDigest(base));
  const other = testPipeline({ reduce: { ...base.reduce, columns: ['other'] } });
  expect(definitionDigest(other)).not.toBe(definitionDigest(base));
});
