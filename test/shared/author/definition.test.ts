import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { definePipeline } from '../../../shared/author/definition.ts';
import type { Reduce } from '../../../shared/author/reduce.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { DefinitionError } from '../../../shared/domain/errors.ts';

const reduce: Reduce<number> = {
  columns: [],
  cells: () => [],
  start: () => {
    throw new Error('Not run here.');
  },
};

const minimal = {
  name: 'squares',
  source: list(() => [1, 2, 3]),
  endpoint: { service: 'squares', path: '/square' },
  reduce,
};

/** The errors of a definition with one thing changed; typed loosely, as JavaScript users write it. */
function issuesOf(change: object): DefinitionError['issues'] {
  try {
    Reflect.apply(definePipeline, undefined, [{ ...minimal, ...change }]);
  } catch (error) {
    if (error instanceof DefinitionError) return error.issues;
    throw error;
  }
  return [];
}

test('a minimal definition gets every default', () => {
  const pipeline = definePipeline(minimal);
  expect(pipeline).toEqual({
    ...minimal,
    params: expect.any(z.ZodType),
    endpoint: {
      service: 'squares',
      allowHttp: false,
      allowPrivate: false,
      path: '/square',
      method: 'POST',
      timeoutSeconds: 10,
      maxResponseBytes: 1_048_576,
      packResults: true,
      tracedPercent: 1,
    },
    limits: { inFlight: 512, burst: 0, profiles: [], maxChildren: 1_000_000, fairRuns: false },
    retry: { attempts: 5, baseSeconds: 2, maxSeconds: 900 },
    tolerate: { failedCount: 0, stopEarly: false },
    expect: { minChildren: 1 },
    report: {
      email: [],
      onSuccess: [],
      onFailure: [],
      timeZone: 'UTC',
      channels: [],
      quiet: false,
      mailsPerHour: 12,
      paramsInMail: false,
      byteOrderMark: 'mail',
      bodyExcerpt: 0,
      credits: [],
      failedRows: 'keep',
      onAmbiguousSend: 'leave',
    },
    outputs: {},
    deadlineHours: 24,
    retentionDays: 30,
  });
  expect(pipeline.params.safeParse({}).success).toBe(true);
  expect(pipeline.params.safeParse({ limit: 3 }).success).toBe(false);
});

test('a path is percent-encoded when the definition is checked, once', () => {
  const endpoint = { service: 'squares', path: '/größe/a%2Fb' };
  const pipeline = definePipeline({ ...minimal, endpoint });
  expect(pipeline.endpoint.path).toBe('/gr%C3%B6%C3%9Fe/a%2Fb');
  expect(definePipeline({ ...minimal, endpoint: pipeline.endpoint }).endpoint.path).toBe('/gr%C3%B6%C3%9Fe/a%2Fb');
});

test.each<[what: string, columns: unknown, path: string, said: string]>([
  ['no list', undefined, 'reduce.columns', 'must be a list of names'],
  ['a name twice', ['km', 'city', 'km'], 'reduce.columns.2', 'is the name of an earlier column too'],
  ['a name twice but for a space', ['km', 'km '], 'reduce.columns.1', 'looks like it'],
  ['an é in one character and in two', ['\u00e9', 'e\u0301'], 'reduce.columns.1', 'looks like it'],
  ["the report's own id", ['km', 'id'], 'reduce.columns.1', 'is a column that every report has (id, status, reason)'],
  ["the report's own status", ['status'], 'reduce.columns.0', 'name yours otherwise: { name: "my status"'],
  ['no name', ['km', 7], 'reduce.columns.1', 'must be a name'],
])('columns that would not line up with their names are refused: %s', (_, columns, path, said) => {
  expect(issuesOf({ reduce: { ...reduce, columns } })).toMatchObject([
    { path, message: expect.stringContaining(said) },
  ]);
});

test('names that differ may stand side by side, also in their case alone', () => {
  expect(issuesOf({ reduce: { ...reduce, columns: ['km', 'KM', 'Id', 'reasons'] } })).toEqual([]);
});

test('what the user wrote is kept: source, reduce and request are the same objects', () => {
  const request = (n: number) => ({ n });
  const pipeline = definePipeline({ ...minimal, request, schedule: { cron: '0 2 1 * *' } });
  expect([pipeline.source, pipeline.reduce, pipeline.request]).toEqual([minimal.source, reduce, request]);
  expect(pipeline.source).toBe(minimal.source);
  expect(pipeline.schedule).toEqual({ cron: '0 2 1 * *', timeZone: 'UTC', overlap: 'skip' });
});

test.each<[what: string, params: z.ZodType, why: string]>([
  [
    'waits',
    z.object({
      a: z
        .string()
        .default('b')
        .refine(async () => true),
    }),
    'Promise',
  ],
  [
    'throws',
    z.object({}).transform(() => {
      throw new Error('no city');
    }),
    'no city',
  ],
])('params whose check %s are refused where a schedule starts runs with none', (_, params, why) => {
  expect(issuesOf({ params, schedule: { cron: '0 2 * * *' } })).toMatchObject([
    {
      path: 'params',
      message: expect.stringMatching(new RegExp(`must say at once what is wrong, and not throw: .*${why}`)),
    },
  ]);
});

describe('a wrong field is refused by its path', () => {
  const endpoint = minimal.endpoint;
  test.each<[what: string, change: object, path: string, said: string | RegExp]>([
    ['no name', { name: undefined }, 'name', 'string'],
    ['a name with a space', { name: 'my pipeline' }, 'name', '[A-Za-z0-9_-]{1,48}'],
    ['a name too long for a key', { name: 'x'.repeat(49) }, 'name', '[A-Za-z0-9_-]{1,48}'],
    ['an unknown field', { shedule: {} }, 'shedule', 'allowed are name, params,'],
    ['params that are no schema', { params: { country: 'string' } }, 'params', 'zod schema'],
    ['a source without read', { source: {} }, 'source', 'read()'],
    ['a read that is no function', { source: { read: 5 } }, 'source', 'read()'],
    ['a plan that is no function', { source: { ...minimal.source, plan: [1] } }, 'source', 'perhaps plan()'],
    ['a reduce without cells', { reduce: { columns: [], start: reduce.start } }, 'reduce', 'start() and cells()'],
    ['a start that is no function', { reduce: { ...reduce, start: 5 } }, 'reduce', 'start() and cells()'],
    [
      'a path that no server takes',
      { endpoint: { ...endpoint, path: `/${'a'.repeat(2_000)}` } },
      'endpoint.path',
      '2000',
    ],
    ['a title of two lines', { report: { title: 'a\r\nBcc: b' } }, 'report.title', 'one line'],
    ['a colour with more behind it', { report: { colour: '#123456;}' } }, 'report.colour', '#3568c8'],
    ['a logo elsewhere', { report: { logo: 'https://example.com/a.png' } }, 'report.logo', 'data URL'],
    ['a logo that is markup', { report: { logo: 'data:image/svg+xml;base64,PHN2Zz4=' } }, 'report.logo', 'data URL'],
    [
      'a logo that ends its attribute',
      { report: { logo: 'data:image/png;base64,iVBORw0KGgo" onerror="' } },
      'report.logo',
      'data URL',
    ],
    ['a locale that nothing writes', { report: { locale: 'xx-none' } }, 'report.locale', 'de-CH'],
    ['no locale at all', { report: { locale: 'de_CH"' } }, 'report.locale', 'de-CH'],
    ['a report in no time zone', { report: { timeZone: '+05:30' } }, 'report.timeZone', 'IANA'],
    ['a title of nothing', { report: { title: ' ' } }, 'report.title', 'one line'],
    ['no source', { source: undefined }, 'source', 'read()'],
    ['a service that is a URL', { endpoint: { ...endpoint, service: 'https://a.b' } }, 'endpoint.service', 'match'],
    ['a path without a slash', { endpoint: { ...endpoint, path: 'square' } }, 'endpoint.path', 'start with /'],
    ['half a surrogate pair in a path', { endpoint: { ...endpoint, path: '/\ud800' } }, 'endpoint.path', 'surrogate'],
    ['a path that climbs', { endpoint: { ...endpoint, path: '/a/../b' } }, 'endpoint.path', '..'],
    ['a path with a query', { endpoint: { ...endpoint, path: '/a?b=c' } }, 'endpoint.path', 'no query'],
    ['a method that sends no body', { endpoint: { ...endpoint, method: 'GET' } }, 'endpoint.method', '"POST"'],
    ['no time at all', { endpoint: { ...endpoint, timeoutSeconds: 0 } }, 'endpoint.timeoutSeconds', '>=1'],
    [
      'a call as long as a function',
      { endpoint: { ...endpoint, timeoutSeconds: 401 } },
      'endpoint.timeoutSeconds',
      '<=400',
    ],
    ['a request that is no function', { request: { lat: 'lat' } }, 'request', 'must be a function'],
    ['a limit that there is none of', { limits: { perHour: 300 } }, 'limits.perHour', 'inFlight, ratePerSecond'],
    ['a rate of nothing', { limits: { ratePerSecond: 0 } }, 'limits.ratePerSecond', '>=0.001'],
    ['two rates', { limits: { ratePerSecond: 5, ratePerMinute: 300 } }, 'limits.ratePerMinute', 'only one of the two'],
    [
      'a time of day that clocks never show',
      { limits: { profiles: [{ from: '24:00', to: '06:00', inFlight: 5 }] } },
      'limits.profiles.0.from',
      '00:00 to 23:59',
    ],
    [
      'a profile that changes nothing',
      { limits: { profiles: [{ from: '20:00', to: '06:00' }] } },
      'limits.profiles.0',
      'must name',
    ],
    ['less in flight than two', { limits: { inFlight: 1 } }, 'limits.inFlight', '>=2'],
    ['a retry policy without a call', { retry: { attempts: 0 } }, 'retry.attempts', '>=1'],
    [
      'both kinds of tolerance',
      { tolerate: { failedCount: 1, failedPercent: 1 } },
      'tolerate',
      'failedPercent (0 to 100), not both',
    ],
    ['neither kind of tolerance', { tolerate: {} }, 'tolerate', 'failedCount (0 or more, whole) or'],
    ['an unknown kind of tolerance', { tolerate: { failed: 1 } }, 'tolerate', 'must hold failedCount'],
    ['more than all may fail', { tolerate: { failedPercent: 101 } }, 'tolerate.failedPercent', '<=100'],
    ['a reduce that is a function', { reduce: () => 0 }, 'reduce', 'start()'],
    ['no mail address', { report: { email: ['reports@example.com', 'me'] } }, 'report.email.1', 'email'],
    [
      'more with those on failure',
      { report: { email: [...Array(50)].map((_, i) => `a${i}@b.example`), onFailure: ['z@b.example'] } },
      'report.onFailure',
      'at most 50 addresses',
    ],
    [
      'a channel at a private address',
      { report: { channels: [{ type: 'webhook', url: 'https://10.0.0.1/x' }] } },
      'report.channels.0.url',
      'leads to a private address',
    ],
    [
      'two channels of one name',
      {
        report: {
          channels: [
            { type: 'slack', secret: 'a' },
            { type: 'slack', secret: 'b' },
          ],
        },
      },
      'report.channels',
      'a name of its own',
    ],
    [
      'a channel that is called like the mail',
      { report: { channels: [{ type: 'slack', secret: 'a', name: 'mail' }] } },
      'report.channels.0.name',
      'the mail is called',
    ],
    ['one address without a list', { report: { email: 'reports@example.com' } }, 'report.email', 'array'],
    ['more recipients than SES takes', { report: { email: Array(51).fill('a@b.example') } }, 'report.email', '<=50'],
    ['a report format not held yet', { report: { format: 'parquet' } }, 'report.format', 'title, email'],
    ['a cron of six fields', { schedule: { cron: '0 0 2 1 * *' } }, 'schedule.cron', 'five fields'],
    [
      'a cron with an hour too many',
      { schedule: { cron: '0 25 1 * *' } },
      'schedule.cron',
      'hour is "25"; allowed are 0–23',
    ],
    ['a cron that AWS has no words for', { schedule: { cron: '0 2 1 * 1' } }, 'schedule.cron', 'one must be *'],
    ['a cron that never fires', { schedule: { cron: '0 2 30 2 *' } }, 'schedule.cron', 'never fire'],
    ['a cron that is a number', { schedule: { cron: 5 } }, 'schedule.cron', 'string'],
    ['a cron in words', { schedule: { cron: '@monthly' } }, 'schedule.cron', 'five fields'],
    [
      'a place that is no time zone',
      { schedule: { cron: '0 2 1 * *', timeZone: 'Sydney' } },
      'schedule.timeZone',
      'IANA',
    ],
    ['a deadline past all queues', { deadlineHours: 24 * 15 }, 'deadlineHours', '<=336'],
    ['nothing kept', { retentionDays: 0 }, 'retentionDays', '>=1'],
  ])('%s', (_, change, path, said) => {
    const issues = issuesOf(change);
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.message).toMatch(said);
  });
});

describe('a schedule starts runs without parameters', () => {
  const schedule = { cron: '0 2 1 * *' };
  const country = z.string().length(2);
  test.each<[what: string, params: z.ZodType, paths: string[]]>([
    ['one is required', z.strictObject({ country, year: z.number().default(2026) }), ['params.country']],
    ['one within another is', z.object({ of: z.object({ country }).prefault(Object) }), ['params.of.country']],
    ['a default is not allowed', z.object({ country: country.prefault('Austria') }), ['params.country']],
    ['they are no object', z.string(), ['params']],
    [
      'each has a default, or need not be there',
      z.object({ country: country.default('AT'), year: z.int().optional() }),
      [],
    ],
  ])('%s', (_, params, paths) => {
    const issues = issuesOf({ schedule, params });
    expect(issues.map(({ path }) => path)).toEqual(paths);
    for (const { message } of issues) expect(message).toContain('needs a default');
    expect(issuesOf({ params })).toEqual([]);
  });
});

test('all wrong fields are named at once, each with the value received', () => {
  const bad = { name: 'my pipeline', limits: { inFlight: 0 }, report: { email: ['me'] } };
  expect(issuesOf(bad).map(({ path, received }) => [path, received])).toEqual([
    ['name', 'my pipeline'],
    ['limits.inFlight', 0],
    ['report.email.0', 'me'],
  ]);
  const define = () => definePipeline({ ...minimal, ...bad });
  expect(define).toThrow(DefinitionError);
  expect(define).toThrow(/^Pipeline "my pipeline" is not valid:\n {2}name: .*\(received "my pipeline"\)\n {2}limits/);
});

test('an option that is not there is named by its path, with what was given it', () => {
  expect(() => Reflect.apply(definePipeline, undefined, [{ ...minimal, limits: { perHour: 300 } }])).toThrow(
    /limits\.perHour: is no option here; allowed are inFlight, .*fairRuns \(received 300\)/,
  );
  expect(() => definePipeline({ ...minimal, tolerate: { failedCount: 1, failedPercent: 2 } })).toThrow(
    /tolerate: must hold .*, not both.* \(received \{"failedCount":1,"failedPercent":2\}\)/,
  );
});

test('no definition at all is an error of the same kind', () => {
  expect(() => Reflect.apply(definePipeline, undefined, [undefined])).toThrow(DefinitionError);
});
