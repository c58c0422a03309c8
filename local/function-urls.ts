import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { matchPath } from '../shared/domain/route-path.ts';
import type { Route } from '../shared/lambda/declaration.ts';
import type { UrlEvent } from '../shared/lambda/http.ts';
import type { HostLogger } from './lambda.ts';

/** A function behind its route. */
export interface LocalRoute {
  readonly route: Route;
  readonly invoke: (event: UrlEvent) => Promise<unknown>;
}

export interface FunctionUrlsOptions {
  readonly routes: readonly LocalRoute[];
  /** Stands in for the signature of routes that want IAM: `Authorization: Bearer <token>`. */
  readonly token: string;
  readonly logger: HostLogger;
}

/** A body may be as large as Lambda's own limit on a synchronous request. */
const MAX_BODY_BYTES = 6 * 1_048_576;

/**
 * Serves the functions that have routes on a free port of 127.0.0.1, all under one address, by method and path. A web page can
 * send requests to this machine too: without the token it gets no further than to the routes that check one of their own.
 */
export async function startFunctionUrls(
  options: FunctionUrlsOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const { statusCode, headers, body } = await answerTo(request, options);
    response.writeHead(statusCode, { ...headers }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`Unexpected address ${bound}.`);
  return {
    url: `http://127.0.0.1:${bound.port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What Lambda takes for an answer to a URL's request; anything else is the body of a 200. */
const answer = z.object({
  statusCode: z.number().int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
});
type Answer = z.infer<typeof answer>;

const plain = (statusCode: number): Answer => ({ statusCode, headers: {}, body: '' });

async function answerTo(request: IncomingMessage, { routes, token, logger }: FunctionUrlsOptions): Promise<Answer> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const found = routes.find(({ route: { method, path } }) => method === request.method && matchPath(path, pathname));
  if (!found) return plain(404);
  if (found.route.auth === 'iam' && request.headers.authorization !== `Bearer ${token}`) return plain(403);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return plain(413);
  try {
    const given = await found.invoke({
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
      ),
      requestContext: { http: { method: found.route.method } },
      body: (await buffer(request)).toString('base64'),
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
