import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import * as z from 'zod';
import { definePipeline } from '../../shared/author/definition.ts';
import { collect } from '../../shared/author/reducers/collect.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';
import type { Source } from '../../shared/author/source.ts';
import { csv } from '../../shared/author/sources/csv.ts';
import { list } from '../../shared/author/sources/list.ts';
import { InputError, SourceChangedError, SourceError } from '../../shared/domain/errors.ts';
import type { Row } from '../../shared/domain/row.ts';
import { runPipeline } from '../../testing/run-pipeline.ts';
import type { Service } from '../../testing/service.ts';

interface Item {
  readonly name: string;
}
interface Answer {
  readonly score: number;
}

const reduce = statistics<Item, Answer>({ value: 'score', label: 'name' });
const common = { name: 'scores', endpoint: { service: 'scores', path: '/score' }, reduce };

const named = (count: number) => list(() => Array.from({ length: count }, (_, i) => ({ name: `n${i}` })));
const scores = (count: number, rest: Partial<Parameters<typeof definePipeline<z.ZodAny, Item, Answer>>[0]> = {}) =>
  definePipeline({ ...common, source: named(count), tolerate: { failedPercent: 100 }, ...rest });

/** Gives more as long as it is read. */
const endless = (bytes = 65_536) =>
  new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(bytes)) });

/** Fails what is named n1, in a way of its own; the rest is well. */
const failing =
  (answer: () => ReturnType<Service<Item, Answer>>): Service<Item, Answer> =>
  ({ body }) =>
    body.name === 'n1' ? answer() : { score: 7 };

test('a run comes to rows, sections and a report', async () => {
  const run = await runPipeline(scores(3), { service: ({ body }) => ({ score: body.name.length }) });
  const { status, reason, counts, mails, errors, rows } = run;
  expect({ status, reason, succeeded: counts.succeeded, mails, errors }).toEqual({
    status: 'succeeded',
    reason: null,
    succeeded: 3,
    mails: [],
    errors: [],
  });
  expect(rows.map(({ item, status, attempts, result }) => [item.name, status, attempts, result?.score])).toEqual([
    ['n0', 'SUCCEEDED', 1, 2],
    ['n1', 'SUCCEEDED', 1, 2],
    ['n2', 'SUCCEEDED', 1, 2],
  ]);
  expect(run.sections[0]).toMatchObject({ kind: 'figures', key: 'score' });
  expect(run.report.csv.split('\n')).toEqual([
    'id,name,score,status,reason',
    '0-0.0.0,n0,2,SUCCEEDED,',
    '0-0.0.1,n1,2,SUCCEEDED,',
    '0-0.0.2,n2,2,SUCCEEDED,',
    '',
  ]);
  expect(run.report.html).toContain('<html');
  expect(run.report.summary).toMatchObject({ status: 'succeeded', sections: run.sections });
  expect(run.events).toMatchObject([{ pipeline: 'scores', status: 'succeeded', total: 3, failed: 0 }]);
});

test('the types are the definition’s', async () => {
  const definition = definePipeline({
    ...common,
    source: named(1),
    request: ({ name }) => ({ asked: name, since: new Date(0) }),
  });
  const run = await runPipeline(definition, {
    service(request) {
      expectTypeOf(request.body).toEqualTypeOf<{ asked: string; since: string }>();
      expect(request.body).toEqual({ asked: 'n0', since: '1970-01-01T00:00:00.000Z' });
      return { score: 1 };
    },
  });
  const typed: readonly Row<Item, Answer>[] = run.rows;
  expect(typed).toHaveLength(1);
  // @ts-expect-error: the service answers with a score
  const wrong = () => runPipeline(definition, { service: () => ({ points: 1 }) });
  expect(wrong).toBeTypeOf('function');
});

test('the service sees what a deployed forwarder sends', async () => {
  const seen: unknown[] = [];
  const definition = scores(1, { endpoint: { service: 'scores', path: '/scöre', method: 'PUT' } });
  await runPipeline(definition, {
    now: new Date('2026-11-03T12:00:00Z'),
    service(request) {
      seen.push(request);
      return { score: 1 };
    },
  });
  const key = 'scores.test.0-0.0.0';
  expect(seen).toEqual([
    {
      method: 'PUT',
      path: '/sc%C3%B6re',
      headers: expect.objectContaining({ 'idempotency-key': key, 'content-type': 'application/json' }),
      body: { name: 'n0' },
      key,
      child: '0-0.0.0',
      attempt: 1,
      callBack: expect.any(Function),
      sleep: expect.any(Function),
      at: expect.toSatisfy((at: number) => at >= Date.UTC(2026, 10, 3, 12) && at < Date.UTC(2026, 10, 3, 12, 1)),
    },
  ]);
});

describe('an answer may be', () => {
  const retry = { attempts: 1 };
  test.each<[what: string, answer: () => ReturnType<Service<Item, Answer>>, becomes: { [K in keyof Row]?: Row[K] }]>([
    ['a promise', async () => ({ score: 3 }), { result: { score: 3 } }],
    ['a status with a body', () => ({ status: 201, body: { score: 4 } }), { result: { score: 4 } }],
    ['of a web framework', () => Response.json({ score: 5 }), { result: { score: 5 } }],
    ['none at all', () => ({ status: 204 }), { result: null }],
    ['a framework’s that never ends', () => new Response(new ReadableStream()), { reason: 'timeout', ms: 10_000 }],
    ['a framework’s that never comes to anything', () => new Response(endless(0)), { reason: 'timeout' }],
    ['a framework’s that comes without end', () => new Response(endless()), { reason: 'response-too-large' }],
    ['a network that failed', () => Response.error(), { reason: 'network' }],
    [
      'a refusal',
      () => ({ status: 422, body: 'no such name' }),
      { reason: 'http-422', result: null, excerpt: 'no such' },
    ],
    ['a lost connection', () => ({ failure: 'connection-reset' }), { reason: 'connection-reset' }],
    ['too late', () => ({ status: 200, ms: 10_000 }), { reason: 'timeout', ms: 10_000 }],
    ['too large', () => ({ status: 200, body: 'x'.repeat(1_048_577) }), { reason: 'response-too-large' }],
    [
      'no JSON',
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      { reason: 'invalid-json' },
    ],
  ])('%s', async (_, answer, becomes) => {
    const run = await runPipeline(scores(2, { retry, report: { bodyExcerpt: 7 } }), { service: failing(answer) });
    expect(run.rows[0]).toMatchObject({ status: 'SUCCEEDED', result: { score: 7 } });
    expect(run.rows[1]).toMatchObject({ status: becomes.reason ? 'FAILED' : 'SUCCEEDED', ...becomes });
  });

  test('one that never comes: virtual time is up', async () => {
    const run = await runPipeline(scores(2, { retry }), { service: failing(() => new Promise(() => {})) });
    expect(run.rows[1]).toMatchObject({ status: 'FAILED', reason: 'timeout', ms: 10_000 });
  });

  test('what JSON can’t hold: the test is told, as no service could send it', async () => {
    const run = runPipeline(scores(2), { service: failing(() => JSON.parse('{"status":200}', () => 1n)) });
    await expect(run).rejects.toThrow('What the service answered is a bigint');
    const wrong = runPipeline(scores(2), { service: failing(() => JSON.parse('{"failure":"boom"}')) });
    await expect(wrong).rejects.toThrow(/returned the failure "boom"; allowed are timeout, /);
    for (const ms of [Number.NaN, -5]) {
      const untimed = runPipeline(scores(2), { service: failing(() => ({ status: 200, ms })) });
      await expect(untimed).rejects.toThrow(`The service answered with ms ${ms}; allowed are milliseconds from 0 on.`);
    }
  });
});

describe('a service that throws', () => {
  test('answers with 500; what it threw is kept', async () => {
    const boom = new Error('boom');
    const service = failing(() => {
      throw boom;
    });
    const run = await runPipeline(scores(2, { retry: { attempts: 2 } }), { service });
    expect(run.rows[1]).toMatchObject({ status: 'FAILED', reason: 'http-500', attempts: 2 });
    expect(run.errors.map(({ error }) => error)).toEqual([boom, boom]);
  });

  test.each<[string, () => unknown]>([
    ['vitest', () => expect(1).toBe(2)],
    ['node', () => assert.equal(1, 2)],
  ])('by an assertion of %s fails the test', async (_, check) => {
    const service = failing(async () => {
      check();
      return { score: 1 };
    });
    await expect(runPipeline(scores(2), { service })).rejects.toThrow(
      expect.objectContaining({ name: 'AssertionError' }),
    );
  });
});

test('waits cost no time: Retry-After and retries pass in virtual time, and so they do where timers are faked', async () => {
  vi.useFakeTimers();
  try {
    const at: number[] = [];
    const run = await runPipeline(scores(1), {
      async service(request) {
        at.push(request.at);
        return request.attempt < 3 ? { status: 500, headers: { 'Retry-After': '3600' } } : { score: request.attempt };
      },
    });
    expect(run.rows).toMatchObject([{ status: 'SUCCEEDED', attempts: 3, result: { score: 3 } }]);
    const [first = 0, second = 0, third = 0] = at;
    expect(second - first).toBeGreaterThanOrEqual(3_600_000);
    expect(third - second).toBeGreaterThanOrEqual(3_600_000);
    expect(run.report.summary.seconds).toBeGreaterThan(7_200);
  } finally {
    vi.useRealTimers();
  }
});

describe('parameters', () => {
  const params = z.strictObject({ country: z.string().length(2), year: z.number().default(2026) });
  const definition = definePipeline({
    ...common,
    params,
    source: list(({ country, year }: z.output<typeof params>) =>
      [1, 2, 3].map((n) => ({ name: `${country}${year}${n}` })),
    ),
  });
  const service = () => ({ score: 1 });

  test('reach the source with their defaults, and a limit holds', async () => {
    const { rows } = await runPipeline(definition, { service, params: { country: 'AT' }, limit: 2 });
    expect(rows.map(({ item }) => item.name)).toEqual(['AT20261', 'AT20262']);
  });

  test.each([
    [{ params: { country: 'Austria' } }, /params\.country: .* \(received "Austria"\)/],
    [{}, /params\.country: .* \(received undefined\)/],
    [{ params: { country: 'AT' }, limit: 1.5 }, 'limit: must be a whole number (received 1.5)'],
  ])('%j are refused as the command line refuses them', async (wrong, said) => {
    const run = runPipeline(definition, { service, ...wrong });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(said);
  });
});

test('items that are handed over stand in the place of the source’s', async () => {
  const service = () => ({ score: 1 });
  const items = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const whole = await runPipeline(scores(9), { service, items });
  expect(whole.rows.map(({ item }) => item)).toEqual(items);
  const first = await runPipeline(scores(9), { service, items, limit: 1 });
  expect(first.rows.map(({ item }) => item)).toEqual([{ name: 'a' }]);
  const none = await runPipeline(scores(9), { service, items: [] });
  expect(none).toMatchObject({ rows: [] });
  await expect(runPipeline(scores(9), { service, items, file: 'x' })).rejects.toThrow('file: is given beside items');
});

describe('a run that fails', () => {
  const service = () => ({ score: 1 });

  test('by its children says so, unless they are tolerated', async () => {
    const refusing = failing(() => ({ status: 422 }));
    expect(await runPipeline(scores(3, { tolerate: { failedCount: 0 } }), { service: refusing })).toMatchObject({
      status: 'failed',
      reason: 'too-many-failures',
      counts: { failed: 1, succeeded: 2 },
    });
    expect(await runPipeline(scores(3), { service: refusing })).toMatchObject({
      status: 'succeeded-with-failures',
      reason: null,
    });
  });

  test('by its source: one that can’t be read is a result, one that can’t be planned an error', async () => {
    const broken = new Error('the file is gone');
    const source: Source<Item> = {
      async *read() {
        yield { item: { name: 'n0' }, cursor: 1 };
        throw broken;
      },
    };
    const run = await runPipeline(scores(0, { source }), { service });
    expect(run).toMatchObject({ status: 'failed', reason: 'split-failed' });
    expect(run.errors[0]).toMatchObject({ error: { cause: broken } });
    const unplanned = list<Item>(() => {
      throw broken;
    });
    const rejected = runPipeline(scores(0, { source: unplanned }), { service });
    await expect(rejected).rejects.toThrow(SourceError);
    await expect(rejected).rejects.toThrow('The source failed to plan: the file is gone');
  });

  test('by a file that it was handed over, with the line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'handed-over-'));
    const file = join(folder, 'names.csv');
    const source = csv(undefined, { schema: z.object({ name: z.string().max(2) }) });
    try {
      await writeFile(file, 'name\nn0\nn1\n');
      const { rows } = await runPipeline(scores(0, { source }), { service, file, limit: 1 });
      expect(rows.map(({ item }) => item)).toEqual([{ name: 'n0' }]);
      await writeFile(file, 'name\nn0\nlong\n');
      expect(await runPipeline(scores(0, { source }), { service, file })).toMatchObject({
        status: 'failed',
        reason: 'split-failed',
        errors: [{ error: { message: expect.stringContaining('Line 3 of') } }],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
    await expect(runPipeline(scores(1), { service, file })).rejects.toThrow('takes none; csv(), json() and jsonl() do');
    const without = await runPipeline(scores(0, { source }), { service });
    expect(without).toMatchObject({ status: 'failed', reason: 'split-failed' });
  });

  test('by a record that can’t be read: it is a row with its line, and is never called, nor when it’s redriven', async () => {
    const source: Source<Item> = {
      async *read() {
        yield { item: { name: 'n0' }, cursor: 1 };
        yield { problem: 'Line 2 of "names.csv" is not JSON.', cursor: 2 };
        yield { item: JSON.parse('{"$unread":"an item that looks like it","name":"n2"}'), cursor: 3 };
      },
    };
    const called: unknown[] = [];
    const reduce = collect<Item, { score: number }>({
      columns: [
        { name: 'item', of: ({ item }) => item.name },
        { name: 'length', of: ({ item }) => item.name.length },
      ],
    });
    const run = await runPipeline(scores(0, { source, reduce }), {
      service: ({ body }) => {
        called.push(body.name);
        return { score: 1 };
      },
    });
    // A reducer's functions never see it: it has its line, and nothing failed on it.
    expect(run.errors).toEqual([]);
    expect(run.report.csv.split('\n')[2]).toBe('0-0.0.1,"Line 2 of ""names.csv"" is not JSON.",,FAILED,bad-record');
    expect(called.sort()).toEqual(['n0', 'n2']);
    expect(run).toMatchObject({ status: 'succeeded-with-failures', counts: { succeeded: 2, failed: 1 } });
    expect(run.rows[1]).toMatchObject({
      status: 'FAILED',
      reason: 'bad-record',
      excerpt: 'Line 2 of "names.csv" is not JSON.',
      attempts: 0,
    });
  });

  test('by a source that was changed after the plan is closed at once', async () => {
    const source: Source<Item> = {
      async *read() {
        for (let i = 0; i < 256; i++) yield { item: { name: `n${i}` }, cursor: i + 1 };
        throw new SourceChangedError('names.csv');
      },
    };
    // Its first page was stored and sent while the source was read on; what was called until the close is reported.
    expect(await runPipeline(scores(0, { source }), { service })).toMatchObject({
      status: 'failed',
      reason: 'source-changed',
      counts: { total: 256, succeeded: 256 },
    });
  });

  test('by its reduce keeps its rows and CSV', async () => {
    const merges: typeof reduce = {
      ...reduce,
      start: () => ({ add() {}, merge: () => JSON.parse('{'), toJSON: () => null, sections: () => [] }),
    };
    const run = await runPipeline(scores(2, { reduce: merges }), { service });
    expect(run).toMatchObject({ status: 'failed', reason: 'reduce-failed', sections: [] });
    expect(run.rows.map(({ result }) => result)).toEqual([{ score: 1 }, { score: 1 }]);
    expect(run.report.csv.split('\n')).toHaveLength(4);
  });

  test('by its deadline has children that expired', async () => {
    const definition = scores(2, { deadlineHours: 1 });
    const run = await runPipeline(definition, {
      service: failing(() => ({ status: 503, headers: { 'retry-after': '7200' } })),
    });
    expect(run).toMatchObject({ status: 'expired', reason: 'expired', counts: { succeeded: 1, expired: 1 } });
  });
});

test('what is mailed is what recipients would get', async () => {
  const { mails } = await runPipeline(scores(1, { report: { email: ['owner@example.com'], title: 'All scores' } }), {
    service: () => ({ score: 1 }),
  });
  expect(mails).toMatchObject([{ to: ['owner@example.com'], raw: expect.stringContaining('All_scores') }]);
});

test('the same seed makes the same run, another one another order', async () => {
  const orderOf = async (seed?: number) => {
    const order: string[] = [];
    await runPipeline(scores(200), {
      ...(seed !== undefined && { seed }),
      service({ body }) {
        order.push(body.name);
        return { score: 1 };
      },
    });
    return order;
  };
  const first = await orderOf();
  expect(await orderOf(1)).toEqual(first);
  const other = await orderOf(2);
  expect(other).not.toEqual(first);
  expect(other.sort()).toEqual(first.sort());
});

test('ten thousand children take at most three seconds on two cores', async () => {
  const before = process.cpuUsage();
  const { counts, rows } = await runPipeline(scores(10_000), { service: ({ body }) => ({ score: body.name.length }) });
  const { user, system } = process.cpuUsage(before);
  expect(counts.succeeded).toBe(10_000);
  expect(rows).toHaveLength(10_000);
  expect((user + system) / 1_000_000).toBeLessThan(3);
});

describe('what can’t be run is refused in words:', () => {
  const run = (...given: unknown[]): Promise<unknown> => Reflect.apply(runPipeline, undefined, given);
  const service = () => null;

  test.each<[string, unknown, string]>([
    ['no options', undefined, 'received undefined'],
    ['no service', {}, 'service: must be a function (received undefined)'],
    ['no number', { service, now: Number.NaN }, 'now: must be a date, or epoch milliseconds'],
    ['no date', { service, now: new Date('x') }, 'now: must be a date'],
    ['a text', { service, now: '2026-01-01' }, '(received "2026-01-01")'],
    ['no end of time', { service, now: Number.POSITIVE_INFINITY }, 'now: must be a date'],
    ['a seed of letters', { service, seed: 'x' }, 'seed: must be a whole number (received "x")'],
    ['what is misspelt', { service, parms: {} }, 'parms: is no option here; allowed are service, params,'],
  ])('%s', async (_, options, says) => {
    await expect(run(scores(1), options)).rejects.toThrow(says);
  });

  test('without definePipeline', async () => {
    const says = /what definePipeline gives.*received \{"name":"x"\}/;
    await expect(run({ name: 'x' }, { service })).rejects.toThrow(says);
    await expect(run(undefined, { service })).rejects.toThrow('received undefined');
  });

  test('a source that never gives anything', async () => {
    const never = scores(1, { source: list(() => new Promise<Item[]>(() => {})) });
    await expect(runPipeline(never, { service, waitSeconds: 0.05 })).rejects.toThrow(
      /hasn't come for 0.05 s: most likely a promise in the source's plan, read or load/,
    );
  });
});
