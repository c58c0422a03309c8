import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTE } from '../../../functions/callback/route.ts';
import { reportLink } from '../../../functions/report-link/handler.ts';
import { ROUTE as LINK_ROUTE } from '../../../functions/report-link/route.ts';
import { startFunctionUrls } from '../../../local/function-urls.ts';
import type { Listening } from '../../../local/loopback.ts';
import { parallel } from '../../../shared/flow/parallel.ts';
import { signReportToken } from '../../../shared/flow/report-token.ts';
import { lambdaContext } from '../../../shared/host/context.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { NOW } from '../../shared/support.ts';
import { BLOCK, tokenOf, type WaitingRun, waitingRun } from './waiting-run.ts';

const REQUESTS = 10_000;
const AT_ONCE = 32;
const SUCCESS = '{"status":200,"result":{"stolen":true}}';
/** What a garbage collector has not come to yet is no leak. */
const MOST_GROWTH = 64 * 1_048_576;

interface Hostile {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

let run: WaitingRun;
let listening: Listening;
const failures: string[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  run = await waitingRun();
  const context = { functionName: 'f', requestId: 'r', memoryMB: 512, remainingMs: () => 60_000 };
  const link = reportLink(run.deps);
  const invoke = (event: Parameters<typeof link>[0]) => link(event, lambdaContext(context));
  const fail = (text: string) => void failures.push(text);
  listening = await startFunctionUrls({
    token: 'token',
    logger: { warn: fail, error: fail },
    routes: () => [
      {
        base: '/c',
        route: ROUTE,
        invoke: ({ rawPath, body, isBase64Encoded }) => run.ask({ rawPath, body, isBase64Encoded }),
      },
      { base: '/l', route: LINK_ROUTE, invoke },
    ],
  });
});
afterAll(async () => {
  agent.destroy();
  await listening.stop();
});

/** Turns one bit of a text's character; it may become any sign. */
function turned(text: string, random: SeededRandom): string {
  const at = random.integer(text.length);
  const other = String.fromCharCode(text.charCodeAt(at) ^ (1 << random.integer(7)));
  return `${text.slice(0, at)}${encodeURIComponent(other)}${text.slice(at + 1)}`;
}

const LINK = signReportToken(['key'], 'squares', { run: 'march', recipient: 'r', expires: NOW + 86_400_000 });
const LARGE = Buffer.alloc(1_200_000, '{"status":200,"result":"');
const METHODS = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];
const TYPES = ['text/html', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'];
const PATHS = [
  '//',
  '/',
  '/c//',
  '/c/callback/%',
  '/c/callback/%00/progress',
  '/c/callback/../callback',
  '/l/report/%ff',
];

/** One of the kinds that there are; none may change or learn anything. */
function hostile(i: number, random: SeededRandom): Hostile {
  const post = (path: string, body: string | Buffer = SUCCESS, type = 'application/json'): Hostile => ({
    method: 'POST',
    path,
    body,
    headers: { 'content-type': type },
  });
  const pick = (from: readonly string[]): string => from[random.integer(from.length)] ?? '';
  switch (i % 10) {
    case 0:
      return { ...post(`/c/callback/${tokenOf()}`), method: pick(METHODS) };
    case 1:
      return post(`/c/callback/${tokenOf()}`, Buffer.from(Array.from({ length: 200 }, () => random.integer(256))));
    case 2:
      return post(`/c/callback/${tokenOf()}`, 'a=1&status=200', pick(TYPES));
    case 3:
      return { method: 'GET', path: `/l/report/${turned(LINK, random)}` };
    case 4:
      // Now and then a large one: of a megabyte and more each.
      return i % 200 === 4
        ? post(`/c/callback/${tokenOf()}`, LARGE)
        : post(`/c/callback/${tokenOf()}`, `${'['.repeat(5_000)}`);
    case 5:
      return post(i % 20 === 5 ? pick(PATHS) : `/c/callback/${'x'.repeat(random.integer(8_000))}`);
    default:
      return post(
        `/c/callback/${turned(tokenOf(i % 10 === 6 ? { n: 1 } : {}), random)}${i % 3 === 0 ? '/progress' : ''}`,
      );
  }
}

async function send({ method, path, headers, body }: Hostile): Promise<number> {
  const { hostname, port } = new URL(listening.url);
  const sent = request({ hostname, port, agent, method, path, headers: { ...headers } });
  sent.end(method === 'HEAD' || method === 'GET' ? undefined : body);
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  answer?.resume();
  if (answer) await once(answer, 'end');
  return answer?.statusCode ?? 0;
}

/** Requests whose bodies come and don't end. */
function slowOnes(count: number) {
  const { hostname, port } = new URL(listening.url);
  return Array.from({ length: count }, () => {
    const path = `/c/callback/${tokenOf()}x`;
    const sent = request({ hostname, port, method: 'POST', path, headers: { 'content-length': '1000' } });
    sent.write('{');
    return sent;
  });
}

const stored = async () =>
  JSON.stringify(await run.deps.stores.blocks.readAll('march', BLOCK), (_, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );

test('ten thousand hostile requests: none is taken, none is an error of ours, and none stays in memory', async () => {
  const before = await stored();
  const random = new SeededRandom(17);
  const statuses = new Map<number, number>();
  const slow = slowOnes(20);
  let settled = 0;
  let [sent, early] = [0, 0];
  async function* numbers() {
    while (sent < REQUESTS) yield sent++;
  }
  await parallel(numbers(), AT_ONCE, async (i) => {
    const status = await send(hostile(i, random));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (++settled === REQUESTS / 4) early = process.memoryUsage().rss;
  });
  for (const each of slow) each.on('error', () => undefined).destroy();
  expect(failures).toEqual([]);
  expect([...statuses.keys()].sort()).toEqual([400, 401, 404, 413]);
  expect(process.memoryUsage().rss - early).toBeLessThan(MOST_GROWTH);
  expect(await stored()).toBe(before);
  // The door still opens for its own.
  expect(await send({ method: 'POST', path: `/c/callback/${tokenOf()}`, body: SUCCESS })).toBe(200);
}, 120_000);
