import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { matchPath } from '../domain/route-path.ts';
import type { Process } from '../ports/deps.ts';
import type { Route } from './declaration.ts';
import { lambdaHandler } from './handler.ts';

/** The part of a function URL's event that is used; its payload format is 2.0. */
const urlEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string().optional()),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
});
export type UrlEvent = z.input<typeof urlEvent>;

export interface HttpRequest {
  /** What the `{names}` of the route's path stand for. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The skeleton of a function with a route. Its URL gets any method and path: what isn't the route's is answered with 404. */
export function routeHandler(
  deps: Pick<Process, 'clock' | 'log' | 'metrics'>,
  { method, path }: Route,
  handle: (request: HttpRequest, context: Context) => Promise<HttpAnswer>,
) {
  return lambdaHandler(deps, urlEvent, async (event, context): Promise<HttpAnswer> => {
    const params = event.requestContext.http.method === method ? matchPath(path, event.rawPath) : null;
    if (!params) return { statusCode: 404 };
    const { headers, body = '', isBase64Encoded } = event;
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
    return handle({ params, query: new URLSearchParams(event.rawQueryString), headers, body: text }, context);
  });
}
