import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { HttpPages } from '../../../../../shared/adapters/sources/http/pages.ts';
import { SourceDataError, SourceUnavailableError } from '../../../../../shared/domain/errors.ts';
import { calling } from '../../endpoints/calling.ts';

const { listeners, answering } = calling();
afterEach(() => listeners.close());

const answer =
  (status: number, body = '', headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
const OK = answer(200, '[1,12345678901234567890]', { link: '</next>; rel="next"' });

/** Pages of a service that answers one after the other, the last for ever; waits are told, and take no time. */
async function pagesOf(...answers: ((response: ServerResponse) => void)[]) {
  const [last] = answers.slice(-1);
  const url = await answering((response) => (answers.length > 1 ? answers.shift() : last)?.(response));
  const waits: number[] = [];
  const pages = new HttpPages({
    called: {
      ...{ url, signedFor: null, mayBePrivate: true, region: 'x' },
      definition: { auth: { type: 'bearer', secret: 'key' } },
    },
    secret: async () => 'a key',
    timeoutSeconds: 2,
    maxResponseBytes: 1_024,
    wait: async (ms) => waits.push(ms),
  });
  listeners.closing(() => pages.close());
  return { pages, waits };
}

test('a page, with its link and its long numbers as texts', async () => {
  const { pages } = await pagesOf(OK);
  expect(await pages.get('/')).toEqual({
    body: [1, '12345678901234567890'],
    twice: [],
    link: '</next>; rel="next"',
  });
});

test('a service that is busy, down or gives no JSON is asked again, later each time, or when it says', async () => {
  const { pages, waits } = await pagesOf(
    ...[answer(500), (response: ServerResponse) => response.destroy(), answer(429, '', { 'retry-after': '20' })],
    ...[answer(200, '{'), OK],
  );
  expect(await pages.get('/')).toMatchObject({ body: [1, '12345678901234567890'] });
  expect(waits).toHaveLength(4);
  const [first = 0, second = 0, third = 0, fourth = 0] = waits;
  expect(first).toBeLessThanOrEqual(500);
  expect(second).toBeGreaterThanOrEqual(500);
  expect(third).toBe(20_000);
  expect(fourth).toBeGreaterThanOrEqual(2_000);
});

describe('is left for a later try', () => {
  test('where it fails six times running', async () => {
    const { pages, waits } = await pagesOf(answer(502));
    const failed = pages.get('/');
    await expect(failed).rejects.toThrow('http-502, 6 times running');
    await expect(failed).rejects.toThrow(SourceUnavailableError);
    expect(waits).toHaveLength(5);
  });

  test('where the service wants a longer pause than a splitter has', async () => {
    const { pages, waits } = await pagesOf(answer(503, '', { 'retry-after': '600' }));
    await expect(pages.get('/')).rejects.toThrow('http-503, 1 times running');
    expect(waits).toEqual([]);
  });
});

test.each([
  ['is refused', answer(404), 'http-404'],
  ['is redirected', answer(302, '', { location: 'http://elsewhere.invalid' }), 'http-302'],
  ['is too large', answer(200, `["${'x'.repeat(2_000)}"]`), 'response-too-large'],
  ['has too many levels', answer(200, `${'['.repeat(501)}${']'.repeat(501)}`), 'answer-too-deep'],
])('what %s fails for good', async (_, given, reason) => {
  const { pages, waits } = await pagesOf(given);
  await expect(pages.get('/')).rejects.toThrow(new SourceDataError(`A page of the list can't be read: ${reason}.`));
  expect(waits).toEqual([]);
});

test('a secret that was rotated is fetched anew', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const seen: unknown[] = [];
  const url = await answering((response, request) => {
    vi.setSystemTime(Date.now() + 60_000);
    seen.push(request.headers.authorization);
    (seen.length === 1 ? answer(401) : OK)(response);
  });
  const secrets = ['old', 'new'];
  const secret = async () => secrets.shift() ?? expect.fail();
  const auth = { type: 'bearer', secret: 'key' } as const;
  const called = { url, signedFor: null, mayBePrivate: true, region: 'x', definition: { auth } };
  const pages = new HttpPages({ called, secret, timeoutSeconds: 2, maxResponseBytes: 1_024 });
  listeners.closing(() => pages.close());
  await pages.get('/');
  expect(seen).toEqual(['Bearer old', 'Bearer new']);
});
