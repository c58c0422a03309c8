import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod';
import { matchPath } from '../shared/domain/route-path.ts';
import type { Route } from '../shared/lambda/declaration.ts';
import type { UrlEvent } from '../shared/lambda/http.ts';
import type { HostLogger } from './lambda.ts';
import { type Listening, listenLocally } from './loopback.ts';

/** A route on this machine, whether its function is there or not. */
export interface LocalAddress {
  /** What its URL has before the route's path: each function has a URL of its own. */
  readonly base: string;
  readonly route: Route;
}

/** A function behind its route. */
export interface LocalRoute extends LocalAddress {
  readonly invoke: (event: UrlEvent) => Promise<unknown>;
}

export interface FunctionUrlsOptions {
  /** Looked at for each request: they come and go with their pipelines. */
  readonly routes: () => readonly LocalRoute[];
  /** Of functions that may be loaded later. Until then a request is answered with 503: its sender must not give up an outcome. */
  readonly expected?: readonly LocalAddress[];
  /** Stands in for the signature of routes that want IAM: `Authorization: Bearer <token>`. */
  readonly token: string;
  readonly logger: HostLogger;
  /** Holds the port that it listened on before, which is taken again where it is free. */
  readonly portFile?: string;
  /** Told where it isn't: URLs that were handed out before lead nowhere. */
  readonly moved?: (from: number, to: number) => void;
}

/** A body may be as large as Lambda's own limit on a synchronous request. */
const MAX_BODY_BYTES = 6 * 1_048_576;

/**
 * Serves the functions that have routes on a free port of 127.0.0.1, each below a path of its own. A web page can send requests to
 * this machine too: without the token it gets no further than to the routes that check one of their own.
 */
export async function startFunctionUrls(options: FunctionUrlsOptions): Promise<Listening> {
  const server = createServer(async (request, response) => {
    // Whoever broke the request off waits for no answer.
    const answer = await answerTo(request, options).catch(() => plain(400));
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  const { portFile, moved } = options;
  if (portFile === undefined) return listenLocally(server);
  const before = Number(await readFile(portFile, 'utf8').catch(() => '0'));
  const listening = await listenLocally(server, before).catch(() => listenLocally(server));
  const { port } = new URL(listening.url);
  if (before !== 0 && Number(port) !== before) moved?.(before, Number(port));
  await writeFile(portFile, port);
  return listening;
}

/** What Lambda takes for an answer to a URL's request; anything else is the body of a 200. */
const answer = z.object({
  statusCode: z.number().int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
});
type Answer = z.infer<typeof answer>;

const plain = (statusCode: number): Answer => ({ statusCode, headers: {}, body: '' });

/** A function isn't loaded for seconds after a restart, and for as long as only other pipelines of the project are at work. */
const NOT_THERE_YET: Answer = {
  statusCode: 503,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
  body: JSON.stringify({ title: 'The pipeline is not at work on this machine now. Say it again.', status: 503 }),
};

async function answerTo(
  request: IncomingMessage,
  { routes, expected = [], token, logger }: FunctionUrlsOptions,
): Promise<Answer> {
  const target = `http://127.0.0.1${request.url}`;
  if (!URL.canParse(target)) return plain(400);
  const { pathname, search } = new URL(target);
  const isAsked = ({ base, route: { method, path } }: LocalAddress) =>
    method === request.method && matchPath(base + path, pathname) !== null;
  const found = routes().find(isAsked);
  if (!found) return expected.some(isAsked) ? NOT_THERE_YET : plain(404);
  if (found.route.auth === 'iam' && request.headers.authorization !== `Bearer ${token}`) return plain(403);
  const body = await bodyOf(request);
  if (body === null) return plain(413);
  try {
    const given = await found.invoke({
      rawPath: pathname.slice(found.base.length),
      rawQueryString: search.slice(1),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
      ),
      requestContext: { http: { method: found.route.method } },
      body: body.toString('base64'),
      isBase64Encoded: true,
    });
    const parsed = answer.safeParse(given);
    if (parsed.success) return parsed.data;
    const headers = { 'content-type': 'application/json' };
    return { statusCode: 200, headers, body: JSON.stringify(given ?? null) };
  } catch (error) {
    logger.warn(`${found.route.method} ${found.route.path} failed: ${String(error)}`);
    return plain(502);
  }
}

/** A request's body, whatever it says of its length; null for one that is too large, of which no more is kept. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    // Read to its end, for the client to see the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(part);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}
