import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { apiWorld } from './api-world.ts';

const REQUESTS = 10_000;
const MOST_GROWTH_BYTES = 15_000_000;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const NAMES = [
  'squares',
  '__proto__',
  'constructor',
  '%00',
  '%2e%2e',
  'a'.repeat(5_000),
  '☃',
  '%F0%9F',
  "'; drop",
  '*',
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-7',
  'text/plain',
  'multipart/form-data',
  'application/xml',
  '',
];
const BODIES = [
  ...[
    '{',
    '[]',
    'null',
    '1',
    '"x"',
    '{"id":"../x"}',
    '{"id":"latest"}',
    '{"items":"x"}',
    '{"items":[]}',
    '{"limit":1e99}',
  ],
  ...[
    '{"limit":-1}',
    '{"params":[]}',
    '{"params":{"year":"x"}}',
    '{"file":"/etc/passwd"}',
    '{"schedule":"2026-01-01T00:00:00Z"}',
  ],
  ...[
    '['.repeat(50_000),
    `{"id":"${'x'.repeat(100_000)}"}`,
    '{"tasks":[{}]}',
    '{"tasks":{}}',
    '{"executeAt":"now","item":1}',
  ],
  ...['{"executeAt":1e30,"item":1}', '{"ids":["../x"]}', '{"ids":[]}', '<x/>', '\u0000', '{"a":1}}', 'NaN', "{'a':1}"],
];
const HEADERS = [
  {},
  { prefer: 'wait=999999999999' },
  { prefer: 'wait=-1; wait=x,,,' },
  { 'idempotency-key': 'x'.repeat(4_000) },
  { 'last-event-id': `${'9'.repeat(400)}.running` },
  { accept: '*/*;q=9,,,' },
  { range: 'bytes=0-' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-caller': 'guest' },
];

test('10,000 hostile requests: none is accepted, none fails us, and memory stays flat', async () => {
  const { ask, deps, objects, lines } = await apiWorld(
    { tasks: {}, params: z.object({ year: z.number().default(2_026) }) },
    2_000,
    1_000_000,
  );
  const random = new SeededRandom(1);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] ?? expect.fail('nothing to draw');
  const pathOf = () => {
    // Half of all is at an address that does something.
    const pipeline = one(['squares', one(NAMES)]);
    const kind = one(['runs', 'tasks', one(NAMES)]);
    const behind = one(['', one(['', `/${one(NAMES)}`, '/x/events', '/x/report', '//..'])]);
    return `/pipelines/${pipeline}/${kind}${behind}`;
  };
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  const heap = () => {
    if (typeof collect === 'function') collect();
    return process.memoryUsage().heapUsed;
  };
  const answered = new Map<string, number>();
  let before = 0;
  for (let i = 0; i < REQUESTS; i++) {
    // What the first thousand load stays.
    if (i === 1_000) before = heap();
    const method = one(METHODS);
    const hasBody = !['GET', 'HEAD'].includes(method);
    const answer = await ask(method, pathOf(), {
      ...one(HEADERS),
      ...(hasBody && { body: one(BODIES), 'content-type': one(TYPES) }),
    });
    await answer.text();
    const isLook = method === 'GET' || method === 'HEAD';
    const kind = answer.status >= 500 || (answer.status < 400 && !isLook) ? `${method} ${answer.status}` : 'refused';
    answered.set(kind, (answered.get(kind) ?? 0) + 1);
    lines.length = 0;
  }
  expect([...answered]).toEqual([['refused', REQUESTS]]);
  expect(heap() - before).toBeLessThan(MOST_GROWTH_BYTES);
  expect(await deps.stores.runs.list({ limit: 10 })).toEqual([]);
  expect(objects.keys()).toEqual([]);
});
