import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallbackError, sendCallback } from '../../../shared/client/callback.ts';
import { BLOCK, tokenOf, type WaitingRun, waitingRun } from '../../functions/callback/waiting-run.ts';

const BASE = 'https://callbacks.example/squares';
let run: WaitingRun;
/** What stands before the real function, a request each: an answer in its place, or a connection that is lost. */
let before: (Response | Error)[];
let asked: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  run = await waitingRun();
  before = [];
  asked = [];
  vi.stubGlobal('fetch', async (address: string, init: { method: string; body: string }) => {
    asked.push(`${Date.now()}`);
    const instead = before.shift();
    if (instead instanceof Error) throw instead;
    if (instead) return instead;
    const { method, body } = init;
    const {
      statusCode,
      headers = {},
      body: said = '',
    } = await run.ask({
      rawPath: address.slice(BASE.length),
      method,
      body,
    });
    return new Response(said, { status: statusCode, headers });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const url = (token = tokenOf()) => `${BASE}/callback/${token}`;
const outcomes = async () =>
  (await run.deps.stores.blocks.readAll('march', BLOCK)).outcomes.flatMap((page) => page.outcomes);
/** A call whose waiting passes at once. */
async function passing<T>(call: Promise<T>): Promise<T> {
  const settled = call.catch(() => undefined);
  let isOver = false;
  void settled.finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
  return call;
}
/** What a call fails with: its words and what it carries, without the URL. */
async function failure(call: Promise<unknown>): Promise<CallbackError> {
  const error = await passing(call).then(
    () => expect.unreachable(),
    (thrown: CallbackError) => thrown,
  );
  expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(tokenOf().slice(0, 30));
  return error;
}

test('a result is recorded once, whoever says it again', async () => {
  expect(await sendCallback(url(), { result: { square: 1 } })).toBe('recorded');
  expect(await sendCallback(url(), { result: { square: 2 } })).toBe('nothing-to-record');
  expect(await outcomes()).toMatchObject([{ n: 0, status: 'SUCCEEDED', result: { square: 1 } }]);
  expect(await sendCallback(url(), 'progress')).toBe('too-late');
});

test('a failure ends its child with its reason', async () => {
  expect(await sendCallback(url(), { status: 422, reason: 'no-such' })).toBe('recorded');
  expect(await outcomes()).toMatchObject([{ status: 'FAILED', reason: 'no-such' }]);
  expect(await sendCallback(url(), { status: 422, reason: 'no-such' })).toBe('nothing-to-record');
});

test('progress prolongs the wait', async () => {
  expect(await sendCallback(url(), 'progress')).toBe('nothing-to-record');
  run.deps.clock.time += 3_500_000;
  expect(await sendCallback(url(tokenOf({ since: run.deps.clock.time - 5_000 })), 'progress')).toBe('recorded');
});

test('what could take nothing is asked again: a lost connection, a 502, and a 503 after its Retry-After', async () => {
  before = [
    new TypeError(`fetch failed: ${url()}`),
    new Response('bad', { status: 502 }),
    new Response('{}', { status: 503, headers: { 'retry-after': '60' } }),
  ];
  expect(await passing(sendCallback(url(), { result: 1 }))).toBe('recorded');
  const [, , third = 0, fourth = 0] = asked.map(Number);
  expect(asked).toHaveLength(4);
  expect(fourth - third).toBeGreaterThanOrEqual(60_000);
});

test('it gives up when its patience is over', async () => {
  const lost = () => Array.from({ length: 20 }, () => new TypeError(`fetch failed: ${url()}`));
  before = lost();
  expect(await failure(sendCallback(url(), { result: 1 }, { patienceSeconds: 10 }))).toMatchObject({ status: null });
  const tries = asked.length;
  expect(tries).toBeGreaterThan(3);
  before = lost();
  const leaving = new AbortController();
  const call = sendCallback(url(), { result: 1 }, { signal: leaving.signal });
  leaving.abort(new Error('leaving'));
  expect(await failure(call)).toMatchObject({ message: 'leaving' });
  expect(await outcomes()).toEqual([]);
});

test('what is refused is said at once, with the reason', async () => {
  const bad = { status: 99 };
  expect(await failure(sendCallback(url(), bad))).toMatchObject({
    status: 400,
    message: expect.stringMatching(/status/),
  });
  const forged = sendCallback(url(`${tokenOf()}x`), { result: 1 });
  expect(await failure(forged)).toMatchObject({ status: 401 });
  before = [new Response(JSON.stringify({ title: `no ${url()}` }), { status: 404 })];
  expect(await failure(sendCallback(url(), { result: 1 }))).toMatchObject({ status: 404 });
  for (const none of [null, undefined, '', tokenOf(), `file:///${tokenOf()}`])
    expect(await failure(sendCallback(none, { result: 1 }))).toMatchObject({ status: null });
  expect(asked).toHaveLength(3);
});
