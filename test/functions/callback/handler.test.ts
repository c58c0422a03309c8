import { beforeEach, describe, expect, test } from 'vitest';
import { NEW_REGISTER, registerOf } from '../../../shared/domain/sending.ts';
import type { HttpAnswer } from '../../../shared/lambda/http.ts';
import { NOW, type TestDeps } from '../../shared/support.ts';
import { turnedTokens } from '../turned-tokens.ts';
import { BLOCK, TTL, tokenOf, UNTIL, type WaitingRun, waitingRun } from './waiting-run.ts';

let deps: TestDeps;
let ask: WaitingRun['ask'];
beforeEach(async () => {
  ({ deps, ask } = await waitingRun());
});

async function post(token: string, body: unknown, act = ''): Promise<HttpAnswer & { said: unknown }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await ask({ rawPath: `/callback/${token}${act}`, body: text });
  return { ...answer, said: JSON.parse(answer.body || 'null') };
}
const outcomes = async () =>
  (await deps.stores.blocks.readAll('march', BLOCK)).outcomes.flatMap((page) => page.outcomes);
const success = { status: 200, result: { square: 1 } };

test('a success ends its child, with the time since its call; the last one completes the block', async () => {
  expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200, said: { recorded: true } });
  expect(await outcomes()).toMatchObject([
    { n: 0, status: 'SUCCEEDED', result: { square: 1 }, attempts: 1, ms: 5_000 },
  ]);
  expect(deps.queues.aggregate.sent).toEqual([]);
  await post(tokenOf({ n: 1 }), success);
  expect((await deps.stores.segments.read('march', BLOCK)).done).toEqual(new Set([0]));
});

describe('said twice', () => {
  test('a success is stored once', async () => {
    await post(tokenOf(), success);
    expect(await post(tokenOf(), { status: 200, result: 'other' })).toMatchObject({
      statusCode: 200,
      said: { recorded: false },
    });
    expect(await outcomes()).toMatchObject([{ result: { square: 1 } }]);
  });

  test('again and again, a success keeps a segment from freezing once at most', async () => {
    for (let n = 0; n < 5; n++) await post(tokenOf(), success);
    expect((await deps.stores.segments.read('march', BLOCK)).late).toBe(1);
    await post(tokenOf({ attempt: 2 }), success);
    expect((await deps.stores.segments.read('march', BLOCK)).late).toBe(2);
  });

  test('also at once', async () => {
    const both = await Promise.all([post(tokenOf(), success), post(tokenOf(), success)]);
    expect(both.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(await outcomes()).toHaveLength(1);
  });

  test.each([
    ['success', success],
    ['failure', { status: 404 }],
  ])('a %s completes the block, where whoever filled it died before doing so', async (_, body) => {
    await deps.stores.blocks.addDone('march', BLOCK, [0, 1], TTL);
    expect(await post(tokenOf(), body)).toMatchObject({ statusCode: 200 });
    expect((await deps.stores.segments.read('march', BLOCK)).done).toEqual(new Set([0]));
  });

  test('a failure changes nothing the second time', async () => {
    await post(tokenOf(), { status: 422, reason: 'no-such' });
    expect(await outcomes()).toMatchObject([{ status: 'FAILED', reason: 'no-such', attempts: 1 }]);
    expect(await post(tokenOf(), { status: 422 })).toMatchObject({ statusCode: 200, said: { recorded: false } });
    expect(await outcomes()).toHaveLength(1);
  });
});

describe('a failure that is worth another call', () => {
  test('spends a try, and sends the slot again with what can be called', async () => {
    expect(await post(tokenOf(), { status: 500 })).toMatchObject({ said: { recorded: true } });
    const register = registerOf(await deps.stores.blocks.read('march', BLOCK), 0);
    expect(register).toMatchObject({ turn: 2, waiting: new Map([[1, UNTIL]]) });
    expect(register.tries.get(0)).toMatchObject({ tries: 1 });
    expect(deps.queues.work.sent).toMatchObject([{ message: { turn: 2, items: [1, 2], size: 2 } }]);
  });

  test('of an older call says nothing of the newer one', async () => {
    await post(tokenOf(), { status: 500 });
    for (const status of [500, 404])
      expect(await post(tokenOf(), { status })).toMatchObject({ statusCode: 200, said: { recorded: false } });
    expect(await outcomes()).toEqual([]);
    expect(deps.queues.work.sent).toHaveLength(1);
    // Its success is one.
    expect(await post(tokenOf(), success)).toMatchObject({ said: { recorded: true } });
  });

  test('fails its child once its tries are spent', async () => {
    expect(await post(tokenOf({ attempt: 5 }), { status: 500 })).toMatchObject({ said: { recorded: true } });
    expect(await outcomes()).toMatchObject([{ status: 'FAILED', reason: 'http-500', attempts: 5 }]);
  });

  test('before the 202 is recorded comes again: nobody knows yet what to send', async () => {
    const read = registerOf(await deps.stores.blocks.read('march', BLOCK), 0);
    const next = { ...NEW_REGISTER, turn: 1 };
    await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read, next, ttl: TTL });
    expect(await post(tokenOf(), { status: 500 })).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    // What ends it does so at once.
    expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200 });
    expect(await post(tokenOf({ n: 1 }), { status: 404 })).toMatchObject({ said: { recorded: true } });
  });
});

describe('a success behind another end', () => {
  const expire = async () => {
    const outcome = { n: 0, status: 'EXPIRED', reason: 'run-expired', result: null, attempts: 1, ms: 0 } as const;
    await deps.stores.blocks.putOutcomes('march', BLOCK, { id: 'x', at: NOW, outcomes: [outcome] }, TTL);
    await deps.stores.blocks.addDone('march', BLOCK, [0], TTL);
  };

  test('counts until the segment is frozen: what was read without it can not be frozen', async () => {
    await expire();
    const { segments } = deps.stores;
    const frozen = { part: 'p', counts: { total: 2, succeeded: 1, failed: 1, cancelled: 0, expired: 0 }, reasons: {} };
    expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200, said: { recorded: true } });
    expect(await outcomes()).toHaveLength(2);
    expect(await segments.freeze('march', BLOCK, frozen, 0)).toBeNull();
    expect(await segments.freeze('march', BLOCK, frozen, 1)).toEqual(frozen);
    for (let twice = 0; twice < 2; twice++)
      expect(await post(tokenOf({ attempt: 2 }), success)).toMatchObject({ statusCode: 409 });
  });

  test('that is in the report is not refused when it is sent again behind the freezing', async () => {
    await post(tokenOf(), success);
    const counts = { total: 2, succeeded: 2, failed: 0, cancelled: 0, expired: 0 };
    await deps.stores.segments.freeze('march', BLOCK, { part: 'p', counts, reasons: {} });
    expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200, said: { recorded: false } });
    // Another call's success is not the one that counted, and takes nothing from it.
    deps.clock.pass(1_000);
    for (let twice = 0; twice < 2; twice++)
      expect(await post(tokenOf({ attempt: 2 }), success)).toMatchObject({ statusCode: 409 });
    expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200, said: { recorded: false } });
  });

  test('that crossed a failure of the same call is not said to be missing in the report: pages do not tell', async () => {
    // The failure's page is stored before it is found that the success has ended the child.
    const failed = { n: 0, status: 'FAILED', reason: 'no-such', result: null, attempts: 1, ms: 0 } as const;
    await deps.stores.blocks.putOutcomes('march', BLOCK, { id: 'c0.1.FAILED', at: NOW, outcomes: [failed] }, TTL);
    expect(await post(tokenOf(), success)).toMatchObject({ statusCode: 200, said: { recorded: true } });
    const counts = { total: 2, succeeded: 2, failed: 0, cancelled: 0, expired: 0 };
    await deps.stores.segments.freeze('march', BLOCK, { part: 'p', counts, reasons: {} });
    const again = await post(tokenOf(), success);
    expect(again).toMatchObject({ statusCode: 409, said: { title: expect.stringMatching(/the report says which/) } });
    expect(await post(tokenOf({ attempt: 2 }), success)).toMatchObject({
      statusCode: 409,
      said: { title: 'The run has its result, and this is not in it.' },
    });
  });
});

describe('let in is nobody', () => {
  const nobody = async (token: string, body: unknown, status: number, act?: string) => {
    const before = await deps.stores.blocks.read('march', BLOCK);
    expect((await post(token, body, act)).statusCode).toBe(status);
    expect(await deps.stores.blocks.read('march', BLOCK)).toEqual(before);
    expect(await outcomes()).toEqual([]);
  };

  test.each<[string, () => string, number]>([
    ['without a token', () => 'x', 401],
    ["with another pipeline's", () => tokenOf({}, ['key'], 'cubes'), 401],
    ['with another key', () => tokenOf({}, ['other']), 401],
    ['with a longer one', () => `${tokenOf()}A`, 401],
    ['with one in two parts more', () => `${tokenOf()}.`, 401],
    ['behind its time', () => tokenOf({ expires: NOW }), 410],
    ['of a run that is gone', () => tokenOf({ run: 'april' }), 410],
  ])('%s', (_, token, status) => nobody(token(), success, status));

  test.each<[string, unknown, number]>([
    ['no JSON', '{', 400],
    ['no outcome', { result: 1 }, 400],
    ['another field', { ...success, extra: 1 }, 400],
    ['too large a body', 'x'.repeat(1_048_577), 413],
  ])('with %s', (_, body, status) => nobody(tokenOf(), body, status));

  test('at another address', () => nobody(tokenOf(), success, 404, '/other'));

  test('whatever bits of a token are turned', async () => {
    // Ten thousand of many kinds are in route.slow.test.ts.
    for (const turned of turnedTokens(tokenOf(), 500)) {
      const { statusCode } = await post(turned, success);
      expect([401, 404]).toContain(statusCode);
    }
    expect(await outcomes()).toEqual([]);
  });
});

test('of two keys both count while one is rotated out; one that is not known yet is fetched once', async () => {
  let keys = ['old'];
  const renewed: string[][] = [];
  deps.callbacks.keys = async () => keys;
  deps.callbacks.renew = async () => {
    renewed.push(keys);
    keys = ['new', 'old'];
    return renewed.length === 1;
  };
  expect((await post(tokenOf({}, ['new', 'old']), success)).statusCode).toBe(200);
  expect((await post(tokenOf({ n: 1 }, ['old']), success)).statusCode).toBe(200);
  expect(renewed).toHaveLength(1);
});

describe('word that it is still at work', () => {
  test('lets the child wait from then on anew, and not for longer than it may in all', async () => {
    deps.clock.time = UNTIL - 60_000;
    expect(await post(tokenOf({ since: UNTIL - 3_000_000 }), '', '/progress')).toMatchObject({
      said: { recorded: true },
    });
    const until = registerOf(await deps.stores.blocks.read('march', BLOCK), 0).waiting?.get(0) ?? 0;
    expect(until).toBeGreaterThan(UNTIL);
    expect(until).toBeLessThanOrEqual(UNTIL + 600_000);
    expect(await deps.stores.waits.first('march', 9)).toMatchObject([{ until, slots: [{ block: 0, slot: 0 }] }]);
    // Its whole time is over before the next word.
    expect(await post(tokenOf({ since: NOW - 7_200_000 }), '', '/progress')).toMatchObject({
      said: { recorded: false },
    });
  });

  test('is told that nobody waits any more', async () => {
    await post(tokenOf(), success);
    expect((await post(tokenOf(), '', '/progress')).statusCode).toBe(410);
  });
});
