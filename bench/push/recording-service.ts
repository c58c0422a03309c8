import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type ServiceCall, type ServiceSaw, serviceRule } from './settings.ts';

/**
 * A service that records every call with its time, and answers by the rule of its first argument. Prints where it listens, ends with
 * its stdin. Calls come to `/<forwarder>/score`; `GET /` tells what it saw.
 */
const rule = serviceRule.parse(JSON.parse(process.argv[2] ?? ''));
const body = JSON.stringify({ score: 1 });
const saw: Omit<ServiceSaw, 'longestPauseMs'> = { calls: [], mostOpen: 0, mostConnections: 0 };
const connections = new Set<Socket>();
/** When the calls of the last second were taken on, oldest first. */
const taken: number[] = [];
let [open, working] = [0, 0];
const pauses = monitorEventLoopDelay({ resolution: 10 });

const now = () => performance.timeOrigin + performance.now();
const header = ({ headers }: IncomingMessage, name: string) => String(headers[`microprocess-${name}`] ?? '');

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ...saw, longestPauseMs: pauses.max / 1e6 }));
    return;
  }
  const at = now();
  pauses.enable();
  connections.add(request.socket);
  saw.mostConnections = Math.max(saw.mostConnections, connections.size);
  request.socket.once('close', () => connections.delete(request.socket));
  open += 1;
  saw.mostOpen = Math.max(saw.mostOpen, open);
  const status = statusOf(at);
  const call: ServiceCall = {
    at,
    answeredAt: null,
    status,
    forwarder: request.url?.split('/')[1] ?? '',
    pipeline: header(request, 'pipeline'),
    run: header(request, 'run'),
    attempt: Number(header(request, 'attempt')),
  };
  saw.calls.push(call);
  const end = once(() => {
    open -= 1;
    if (status === 200) working -= 1;
  });
  // Its caller went away.
  response.once('close', end);
  const answer = () => {
    if (response.destroyed) return;
    end();
    call.answeredAt = now();
    reply(response, status);
  };
  request.resume().on('end', () => (status === 200 ? setTimeout(answer, rule.ms) : answer()));
});

function statusOf(at: number): number {
  if (saw.calls.length + 1 === rule.retryAfter?.call) return 503;
  while (taken[0] !== undefined && taken[0] <= at - 1_000) taken.shift();
  const { atOnce = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = rule;
  if (working >= atOnce || taken.length >= perSecond) return 429;
  working += 1;
  if (rule.perSecond !== undefined) taken.push(at);
  return 200;
}

function reply(response: ServerResponse, status: number): void {
  const { seconds } = rule.retryAfter ?? { seconds: 0 };
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(status === 503 && { 'retry-after': String(seconds) }),
  });
  response.end(body);
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}

server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Unexpected address ${address}.`);
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
});
for (const event of ['end', 'error']) process.stdin.on(event, () => process.exit(0));
process.stdin.resume();
process.on('SIGTERM', () => process.exit(0));
