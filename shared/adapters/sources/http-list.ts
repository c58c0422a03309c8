import * as z from 'zod';
import { type Endpoint, endpointSchema, secretsOf } from '../../author/endpoint.ts';
import { checkOptions, strictOptions } from '../../author/options.ts';
import type { CalledEndpoint, Outside, Source, SourceFiles } from '../../author/source.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from '../../author/sources/file-options.ts';
import { KEY_TWICE } from '../../author/sources/json-record.ts';
import { sift } from '../../author/sources/sift.ts';
import { SourceDataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { JsonPath } from '../../domain/json-scan.ts';
import { encodePath, pathProblem } from '../../domain/path.ts';
import { mapValues } from '../../domain/records.ts';
import { fieldAt, nextOf, type PageToken, type Paging, targetOf } from './http/paging.ts';

type Query = Readonly<Record<string, string | number | boolean>>;

/** Options of {@link httpList}. */
export interface HttpListOptions<I, P = unknown> extends FileOptions<I> {
  /** Of the list, behind the endpoint's address. */
  readonly path: string;
  /** Parameters of each request, which may be made of the run's. */
  readonly query?: Query | ((params: P) => Query);
  /** Where in the body the list stands, such as `data.offices`. Absent: the body is the list. */
  readonly items?: string;
  /** How pages follow each other. Absent: there is one. */
  readonly next?: Paging;
  /** The address of another service than the pipeline's endpoint; the options below go with it. */
  readonly url?: string;
  /** As an endpoint's. */
  readonly auth?: z.input<typeof endpointSchema>['auth'];
  readonly allowHttp?: boolean;
  readonly allowPrivate?: boolean;
  readonly ca?: string;
  /** One request's time-out in seconds. Default 30. */
  readonly timeoutSeconds?: number;
  /** A larger page ends the run. Default and most 6 MiB. */
  readonly maxResponseBytes?: number;
}

/** The endpoint's own schema checks these. */
const OF_URL = {
  url: z.unknown().optional(),
  auth: z.unknown().optional(),
  allowHttp: z.unknown().optional(),
  allowPrivate: z.unknown().optional(),
  ca: z.unknown().optional(),
};

const parameter = z.string().min(1);
const field = z.string().min(1, 'must be a field, such as data.next');
const optionsSchema = strictOptions({
  ...fileOptions,
  path: z.string().superRefine((path, context) => {
    const problem = pathProblem(path);
    if (problem !== null) context.addIssue({ code: 'custom', message: `${problem}; parameters belong into query` });
  }),
  query: z
    .union(
      [
        z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        z.custom((given) => typeof given === 'function'),
      ],
      'must be an object of texts, numbers and booleans, or a function that gives one',
    )
    .optional(),
  items: field.optional(),
  next: z
    .discriminatedUnion('by', [
      strictOptions({ by: z.literal('link') }),
      strictOptions({ by: z.literal('cursor'), field, parameter }),
      strictOptions({ by: z.literal('page'), parameter, first: z.int().min(0).optional() }),
    ])
    .optional(),
  ...OF_URL,
  timeoutSeconds: z.int().min(1).max(60).optional(),
  maxResponseBytes: z.int().min(1_024).max(6_291_456).optional(),
}).superRefine((options, context) => {
  if (options.url !== undefined) return;
  const given = Object.keys(OF_URL).filter((name) => name in options);
  if (given.length > 0)
    context.addIssue({ code: 'custom', path: [given[0] ?? ''], message: 'goes with url: the endpoint has its own' });
});

/** What the page is asked for by, the items that were taken of it, and those of the pages before. */
const position = z.tuple([z.string().nullable(), z.int().min(0), z.int().min(0)]);

/**
 * The items of a list that a service gives page by page: the pipeline's endpoint, or the service at `url`. One slice, read page after page; what
 * is interrupted goes on with the page that it stood in. A number that a double can't hold is a text of its digits, as in answers.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * httpList({ path: '/offices', items: 'data', next: { by: 'cursor', field: 'next', parameter: 'after' } });
 */
export function httpList<S extends z.ZodType, P = unknown>(
  options: HttpListOptions<z.output<S>, P> & { readonly schema: S },
): Source<z.output<S>, P>;
export function httpList<P = unknown>(options: HttpListOptions<Json, P>): Source<Json, P>;
export function httpList<S extends z.ZodType, P = unknown>(
  options: HttpListOptions<Json, P> | (HttpListOptions<z.output<S>, P> & { readonly schema: S }),
): Source<unknown, P> {
  checkOptions('source: httpList', optionsSchema, options);
  if ('schema' in options) return listSource(options, checkedBy(options.schema));
  return listSource(options, (item: Json): Checked<Json> => ({ item }));
}

function listSource<I, P>(
  options: HttpListOptions<I, P>,
  check: (value: Json) => Checked<I>,
  files?: SourceFiles,
): Source<I, P> {
  const own = ownEndpoint(options);
  const { next, timeoutSeconds = 30, maxResponseBytes = 6_291_456 } = options;
  return {
    needs: own ? { secrets: secretsOf(own) } : { endpoint: true },
    over: (given) => listSource(options, check, given),
    async *read({ params, cursor }) {
      if (!files?.outside)
        throw new TypeError('This source calls a service, and has nothing to call it by: a test hands items over.');
      const called = calledBy(files.outside, own);
      // Loaded where a list is read: a forwarder has its own way to call.
      const { HttpPages } = await import('./http/pages.ts');
      const pages = new HttpPages({ called, secret: files.outside.secret, timeoutSeconds, maxResponseBytes });
      const { origin } = new URL(called.url);
      const first = firstTarget(called.url, options, params);
      try {
        let [token, taken, before]: z.output<typeof position> = cursor === null ? [null, 0, 0] : position.parse(cursor);
        for (;;) {
          const target = targetOf(first, next, token);
          const page = await pages.get(target);
          const values = listIn(page.body, options.items);
          const wrong = itemsWithKeyTwice(page.twice, options.items);
          for (const [place, value] of values.entries()) {
            if (place < taken) continue;
            const place1 = before + place + 1;
            const sifted = sift(
              wrong.has(place) ? { problem: KEY_TWICE } : check(value),
              () => `Item ${place1} of the list`,
              [token, place + 1, before],
              options,
            );
            if (sifted) yield sifted;
          }
          const following: PageToken = nextOf(next, page, { origin, target, token, items: values.length });
          if (following === null) return;
          [token, taken, before] = [following, 0, before + values.length];
        }
      } finally {
        await pages.close();
      }
    },
  };
}

/** The endpoint that a list's own `url` is; null where it is the pipeline's. */
function ownEndpoint(
  options: Pick<HttpListOptions<never>, 'url' | 'auth' | 'allowHttp' | 'allowPrivate' | 'ca'>,
): Endpoint | null {
  if (options.url === undefined) return null;
  const given = Object.entries(options).filter(([name, value]) => name in OF_URL && value !== undefined);
  const endpoint = { ...Object.fromEntries(given), path: '/' };
  checkOptions('source: httpList', endpointSchema, endpoint);
  return endpointSchema.parse(endpoint);
}

function calledBy(outside: Outside, own: Endpoint | null): CalledEndpoint {
  if (own?.url === undefined) return outside.endpoint();
  const { url, allowPrivate, auth } = own;
  const signedFor = auth?.type === 'iam' ? auth.service : null;
  return { url, signedFor, mayBePrivate: allowPrivate, region: outside.region, definition: own };
}

function firstTarget<P>(url: string, { path, query = {} }: HttpListOptions<never, P>, params: P): string {
  const given = typeof query === 'function' ? query(params) : query;
  const parameters = new URLSearchParams(mapValues(given, String));
  const base = new URL(url).pathname.replace(/\/$/, '');
  return `${base}${encodePath(path)}${parameters.size > 0 ? `?${parameters}` : ''}`;
}

function listIn(body: Json, items: string | undefined): readonly Json[] {
  const found = items === undefined ? body : fieldAt(body, items);
  if (Array.isArray(found)) return found;
  throw new SourceDataError(
    `A page of the list has no list ${items === undefined ? 'as its body' : `at ${JSON.stringify(items)}`}.`,
  );
}

/** The places of items that have a key twice. */
function itemsWithKeyTwice(twice: readonly JsonPath[], items: string | undefined): ReadonlySet<number> {
  const list = items?.split('.') ?? [];
  return new Set(
    twice.map((path) => {
      const place = path[list.length];
      if (typeof place === 'number' && list.every((name, level) => name === String(path[level]))) return place;
      throw new SourceDataError(`A page of the list ${KEY_TWICE}.`);
    }),
  );
}
