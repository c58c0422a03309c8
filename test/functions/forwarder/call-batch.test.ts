import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { call as asCall } from '../../../shared/author/call.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { SIZES } from '../../../shared/domain/limits.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { NEW_REGISTER, NO_TRIES, registerOf } from '../../../shared/domain/sending.ts';
import type { CallRequest } from '../../../shared/ports/caller.ts';
import { NOW, testPipeline, workOf } from '../../shared/support.ts';
import { forwarder } from './forwarder.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const endpoint = { service: 'squares', path: '/square', itemsPerCall: 4 } as const;
const numbers = z.array(z.number());
const itemsOf = ({ body }: CallRequest) => numbers.parse(JSON.parse(body ?? ''));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

const answer = (outcomes: unknown, httpStatus = 200, retryAfter: string | null = null): CallResult => ({
  kind: 'answer',
  httpStatus,
  body: JSON.stringify(outcomes),
  isJson: true,
  retryAfter,
  ms: 5,
});
const squares = (items: readonly number[]) => answer(items.map((item) => ({ status: 200, result: item * item })));

/** One message through a forwarder whose service gets lists: what went out, and what was stored. */
async function batched(
  service: (items: readonly number[], pass: (ms: number) => void) => CallResult,
  over: Parameters<typeof testPipeline>[0] = {},
  items = upTo(8),
) {
  const calls: CallRequest[] = [];
  const pass = (ms: number) => world.deps.clock.pass(ms);
  const world = await forwarder(
    (request) => {
      calls.push(request);
      return service(itemsOf(request), pass);
    },
    testPipeline({ endpoint, ...over }),
  );
  const message = workOf({ items, size: items.length });
  const failed = await world.forward([[message]]);
  const outcomes = async () => {
    const { outcomes: pages } = await world.deps.stores.blocks.readAll('march', BLOCK);
    const all = pages.flatMap((page) => page.outcomes);
    return new Map(all.map((outcome) => [outcome.n, outcome]));
  };
  const register = async () => registerOf(await world.state(), 0);
  return { ...world, sent: calls, message, failed, outcomes, register, sets: () => calls.map(itemsOf) };
}

test('a batch is one call: a list of items, its children named in a header of their own', async () => {
  const { sent, outcomes } = await batched(squares, { request: (item) => item }, upTo(6));
  expect(sent.map(({ batch, body, attempt }) => ({ batch, body, attempt }))).toEqual([
    { batch: ['0-0.0.0', '0-0.0.1', '0-0.0.2'], body: '[0,1,2]', attempt: 1 },
    { batch: ['0-0.0.3', '0-0.0.4', '0-0.0.5'], body: '[3,4,5]', attempt: 1 },
  ]);
  const stored = await outcomes();
  for (const n of upTo(6))
    expect(stored.get(n)).toMatchObject({ status: 'SUCCEEDED', result: n * n, attempts: 1, ms: 5 });
});

test('one bad item fails alone, another is called again alone, and one that is no outcome is said so', async () => {
  const said = (item: number) => {
    if (item === 1) return { status: 422, reason: 'odd', result: { no: 1 } };
    if (item === 2) return { status: 500 };
    if (item === 3) return { square: 9 };
    return { status: 200, result: item * item };
  };
  const { sent, outcomes, register } = await batched((items) => answer(items.map(said)), {
    report: { bodyExcerpt: 5 },
  });
  expect(sent).toHaveLength(2);
  const stored = await outcomes();
  expect(stored.get(0)).toMatchObject({ status: 'SUCCEEDED' });
  expect(stored.get(1)).toMatchObject({ status: 'FAILED', reason: 'odd', result: '{"no"', attempts: 1 });
  expect(stored.get(2)).toBeUndefined();
  expect(stored.get(3)).toMatchObject({ status: 'FAILED', reason: 'unexpected-answer', result: 'status: ' });
  expect((await register()).tries.get(2)).toMatchObject({ tries: 1 });
});

test('outcomes without id among others with ids are asked for again, in halves, and cost no try', async () => {
  const bad = [1, 3];
  const { sets, outcomes } = await batched(
    (items) => {
      const named = items.map((item) => ({ id: `0-0.0.${item}`, status: 200, result: item }));
      return answer(named.map((one) => (bad.includes(one.result) ? null : one)).reverse());
    },
    {},
    upTo(4),
  );
  expect(sets()).toEqual([[0, 1, 2, 3], [1], [3]]);
  const stored = await outcomes();
  for (const n of [0, 2]) expect(stored.get(n)).toMatchObject({ status: 'SUCCEEDED', result: n, attempts: 1 });
  for (const n of bad) expect(stored.get(n)).toMatchObject({ reason: 'unexpected-answer', attempts: 1 });
});

test('an item that is too large for a list of one is not called; one that just fits is', async () => {
  const fits = 'x'.repeat(SIZES.jsonBytes - '[""]'.length);
  for (const request of [undefined, (item: Json) => item]) {
    const sent: string[] = [];
    const pipeline = testPipeline({ endpoint, ...(request && { request }) });
    const { deps, forward } = await forwarder(({ body }) => {
      sent.push(body ?? '');
      return answer([{ status: 200 }]);
    }, pipeline);
    await forward([[workOf({ items: [fits, `${fits}x`], size: 2 })]]);
    expect(sent.map((body) => Buffer.byteLength(body))).toEqual([SIZES.jsonBytes]);
    const { outcomes: pages } = await deps.stores.blocks.readAll('march', BLOCK);
    expect(pages.flatMap((page) => page.outcomes).find(({ n }) => n === 1)).toMatchObject({
      status: 'FAILED',
      reason: 'request-not-mapped',
      attempts: 0,
    });
  }
});

test("an item's answer is held against the definition's schema", async () => {
  const { outcomes } = await batched(
    (items) => answer(items.map((item) => ({ status: 200, result: item === 2 ? 'two' : item }))),
    { answer: z.number() },
  );
  expect((await outcomes()).get(2)).toMatchObject({ reason: 'unexpected-answer', result: '(the answer)' });
  expect((await outcomes()).get(3)).toMatchObject({ status: 'SUCCEEDED', result: 3 });
});

describe('a call that fails as a whole is halved until the culprit is alone', () => {
  const culprits: readonly [string, CallResult, string | null][] = [
    ['500', answer('oops', 500), null],
    ['422', answer('no', 422), 'http-422'],
    ['a time-out', { kind: 'failure', reason: 'timeout', ms: 10_000 }, null],
    ['too large an answer', { kind: 'failure', reason: 'response-too-large', ms: 9 }, 'response-too-large'],
    ['too few outcomes', answer([]), 'unexpected-answer'],
  ];
  test.each(culprits)('%s', async (_, failure, reason) => {
    const one = await batched((items) => (items.includes(5) ? failure : squares(items)));
    expect(one.sets()).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [6, 7], [4], [5]]);
    const stored = await one.outcomes();
    expect([...stored.values()].filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(7);
    expect([...stored.values()].every(({ attempts }) => attempts === 1)).toBe(true);
    if (reason === null) expect((await one.register()).tries.get(5)).toMatchObject({ tries: 1 });
    else expect(stored.get(5)).toMatchObject({ status: 'FAILED', reason });
  });

  test('a culprit that has spent its tries fails, and nobody with it', async () => {
    const one = await batched((items) => (items.includes(5) ? answer('', 500) : squares(items)), {
      retry: { attempts: 2, baseSeconds: 0 },
    });
    await one.forward([[{ ...one.message, turn: 1 }]]);
    expect((await one.outcomes()).get(5)).toMatchObject({ status: 'FAILED', reason: 'http-500', attempts: 2 });
    expect(one.sets().at(-1)).toEqual([5]);
  });

  test('whichever are bad, each of the others succeeds once, and no try is spent but by one alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 64 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { maxLength: 20 }),
        async (count, itemsPerCall, bad) => {
          const one = await batched(
            (items) => (items.some((item) => bad.includes(item)) ? answer('', 409) : squares(items)),
            { endpoint: { ...endpoint, itemsPerCall } },
            upTo(count),
          );
          const stored = await one.outcomes();
          for (const n of upTo(count)) {
            const expected = bad.includes(n) ? { status: 'FAILED' } : { status: 'SUCCEEDED', result: n * n };
            expect(stored.get(n)).toMatchObject({ ...expected, attempts: 1 });
            const calls = one.sets().filter((items) => items.includes(n)).length;
            expect(calls).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(Math.min(itemsPerCall, count))));
          }
          // Each call of several is halved once at most.
          expect(one.sent.length).toBeLessThanOrEqual(2 * count);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('not halved is', () => {
  test.each<[string, CallResult, object]>([
    [
      'a call that reached no service: it says nothing of its items',
      { kind: 'failure', reason: 'dns', ms: 1 },
      { tries: 1 },
    ],
    ['pressure with a time to wait: nobody is to blame', answer('', 429, '30'), { tries: 0, pressed: 1 }],
  ] as const)('%s', async (_, result, tries) => {
    const { sent, register } = await batched(() => result);
    expect(sent).toHaveLength(2);
    const known = (await register()).tries;
    for (const n of upTo(8)) expect(known.get(n)).toMatchObject(tries);
  });

  test('at once where the service says when it will serve again: the halves are called then', async () => {
    const { sent, register } = await batched(() => answer('', 500, '30'));
    expect(sent).toHaveLength(2);
    const known = (await register()).tries;
    for (const n of upTo(8)) expect(known.get(n)).toMatchObject({ tries: 0, due: NOW + 30_000, together: 2 });
  });

  test('an item under pressure: it alone comes back, and the gate hears of it', async () => {
    const { sent, register, outcomes } = await batched((items) =>
      answer(items.map((item) => (item === 2 ? { status: 429, retry: 'after=20' } : { status: 200, result: 1 }))),
    );
    expect(sent.length).toBeLessThanOrEqual(2);
    expect((await outcomes()).size).toBeGreaterThanOrEqual(3);
    expect((await register()).tries.get(2)).toMatchObject({ tries: 0, pressed: 1 });
  });
});

test('halves that can not be called any more are called first thing next time, and no try is spent', async () => {
  let isFirst = true;
  const service = (items: readonly number[], pass: (ms: number) => void) => {
    // This call takes all the time that its invocation has.
    if (isFirst) pass(45_000);
    isFirst = false;
    return items.includes(1) ? answer('', 500) : squares(items);
  };
  const one = await batched(service, {}, upTo(4));
  expect(one.sets()).toEqual([[0, 1, 2, 3]]);
  for (const n of upTo(4)) expect((await one.register()).tries.get(n)).toEqual({ ...NO_TRIES, together: 2 });
  expect(one.deps.queues.work.sent).toMatchObject([{ message: { turn: 1 }, delaySeconds: 0 }]);
  await one.forward([[{ ...one.message, turn: 1 }]]);
  expect(one.sets().slice(1)).toEqual([[0, 1], [2, 3], [0], [1]]);
  // Its try was its own: next time it is called with any others.
  expect((await one.register()).tries.get(1)).toMatchObject({ tries: 1 });
  expect((await one.register()).tries.get(1)?.together).toBeUndefined();
});

test('a definition whose request gives a call of its own shape is refused, as one call has one shape', async () => {
  const { sent, outcomes, deps } = await batched(squares, { request: (item) => asCall({ json: item }) });
  expect(sent).toEqual([]);
  expect((await outcomes()).get(0)).toMatchObject({ status: 'FAILED', reason: 'request-not-mapped', attempts: 0 });
  expect(JSON.stringify(deps.lines)).toContain('With itemsPerCall');
});

test('a suspect that is called alone is a list of one', async () => {
  const sets: (readonly number[])[] = [];
  const { deps, forward } = await forwarder((request) => {
    sets.push(itemsOf(request));
    return squares(itemsOf(request));
  }, testPipeline({ endpoint }));
  const message = workOf({ items: upTo(3), size: 3 });
  const next = { ...NEW_REGISTER, care: 2 } as const;
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read: NEW_REGISTER, next, ttl: message.ttl });
  await forward([[message]]);
  expect(sets).toEqual([[0], [1], [2]]);
});
