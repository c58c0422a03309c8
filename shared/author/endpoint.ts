import * as z from 'zod';
import { addressKind } from '../domain/address.ts';
import { NAME } from '../domain/ids.ts';
import { SIZES } from '../domain/limits.ts';
import { encodePath, pathProblem } from '../domain/path.ts';
import { strictOptions } from './options.ts';

/** Longer URLs are refused by many a server and proxy; most take 8,000 bytes of all headers. */
const MAX_PATH = 2_000;

const TARGETS = ['service', 'name', 'url'] as const;

const CERTIFICATES = /^\s*(?:-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]{100,}-----END CERTIFICATE-----\s*)+$/;

const name = z.string().regex(NAME, 'must match [A-Za-z0-9_-]{1,48}');

/** A secret's name, in Secrets Manager where it is deployed. */
export const secretName = z
  .string()
  .regex(/^[\w/+=.@!-]{1,256}$/, 'must be the name of a secret: 1 to 256 letters, digits and /_+=.@-!');

/** A certificate authority that is trusted besides the usual ones. */
export const certificates = z.string().regex(CERTIFICATES, 'must be certificates as PEM');

/**
 * Headers that a key may come in: none of HTTP's own, and none of ours. In one by which HTTP finds a message's end or what its connection
 * is for, the client refuses the key, or a proxy drops it; in `content-type` it would be taken for the body's.
 */
const header = z
  .string()
  .regex(
    /^(?!(?:host|content-(?:length|type)|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|idempotency-key|traceparent|microprocess-.*)$)[a-z0-9-]{1,64}$/i,
    'must be the name of a header that is none of HTTP’s or ours',
  )
  .transform((name) => name.toLowerCase());

/** How calls to a `url` or a `name` are let in. */
export const authSchema = z.discriminatedUnion('type', [
  /** Signed with SigV4 by the function's own role. */
  strictOptions({ type: z.literal('iam'), service: z.enum(['lambda', 'execute-api', 'vpc-lattice-svcs']) }),
  strictOptions({ type: z.literal('bearer'), secret: secretName }),
  strictOptions({ type: z.literal('apiKey'), secret: secretName, header: header.default('x-api-key') }),
  /** The secret is `user:password`. */
  strictOptions({ type: z.literal('basic'), secret: secretName }),
]);

/** A definition's `endpoint`: what each child calls. */
export const endpointSchema = strictOptions({
  /** A folder of services/: its queue-dedicated clone gets the calls. */
  service: name.optional(),
  /** What the CDK app binds to an address (`endpoints`), and `--endpoint` on a machine. */
  name: name.optional(),
  /** `https://host[:port][/path]`. */
  url: z.string().optional(),
  /** Lets `url` be http: for hosts of a network that keeps others out. */
  allowHttp: z.boolean().default(false),
  /** Lets `url` lead to private addresses. Metadata and link-local ones are never called. */
  allowPrivate: z.boolean().default(false),
  /** A certificate authority that is trusted besides the usual ones: PEM. */
  ca: certificates.optional(),
  /** Default: calls aren't let in by anything, but for a clone's URL, which wants IAM. */
  auth: authSchema.optional(),
  /** Signs time and body of each call, as Standard Webhooks does. */
  hmac: strictOptions({ secret: secretName }).optional(),
  /** Percent-encoded here, once. */
  path: z
    .string()
    .max(MAX_PATH, `must be at most ${MAX_PATH} characters long`)
    .transform((path, context) => {
      const problem = pathProblem(path);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
      return problem === null ? encodePath(path) : z.NEVER;
    }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  /**
   * Items of one call at most: its body is a list of them, and its answer a list of outcomes. Without it each item is a call of its own,
   * and the body. A message carries 64 children, so no call has more.
   */
  itemsPerCall: z.number().int().min(1).max(SIZES.slotChildren).optional(),
  /** One call's time-out in seconds, from connecting to the last byte. */
  timeoutSeconds: z.number().int().min(1).max(400).default(10),
  /** A larger answer fails the child with `response-too-large`. */
  maxResponseBytes: z.number().int().min(1_024).max(6_291_456).default(1_048_576),
  /**
   * Results above 32 KB of children that are called together share an object. False: each has one of its own, as releases before 0.1.0 read it.
   */
  packResults: z.boolean().default(true),
  /** Of the children, so many percent are traced: `traceparent` tells the service's tracer to record all their calls, each child in a trace of its own. */
  tracedPercent: z.number().min(0).max(100).default(1),
}).transform((endpoint, context) => {
  const issue = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', message, path });
  const given = TARGETS.filter((target) => endpoint[target] !== undefined);
  if (given.length !== 1) {
    issue(`must have one of service, name and url; it has ${given.join(' and ') || 'none'}`);
    return z.NEVER;
  }
  if (endpoint.service !== undefined && endpoint.auth)
    issue('goes with url and name: a clone is called by IAM', ['auth']);
  const { url } = endpoint;
  if (url === undefined) {
    for (const option of ['allowHttp', 'allowPrivate'] as const)
      if (endpoint[option]) issue('goes with url alone: whoever binds a service or a name has said so', [option]);
    return endpoint;
  }
  const problem = urlProblem(url, endpoint);
  if (problem !== null) issue(problem, ['url']);
  return problem === null ? { ...endpoint, url: new URL(url).href.replace(/\/+$/, '') } : z.NEVER;
});

export type Endpoint = z.output<typeof endpointSchema>;

/**
 * Why an address can't be called; null where it can. A name may still lead to an address that must not be called, which is seen when it is
 * connected to.
 */
export function urlProblem(
  text: string,
  { allowHttp, allowPrivate }: { allowHttp: boolean; allowPrivate: boolean },
): string | null {
  if (/[\s\\]|\p{Cc}/u.test(text) || !URL.canParse(text)) return 'must be a URL, https://host[:port][/path]';
  const { protocol, username, password, search, hash, hostname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (protocol === 'http:' && !allowHttp) return 'must begin with https://, or say allowHttp: true';
  if (username !== '' || password !== '') return 'must hold no user or password: `auth` is for these';
  if (search !== '' || hash !== '' || /[?#]/.test(text)) return 'must hold no query or fragment';
  const problem = pathProblem(text.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/');
  if (problem !== null) return `has a path that ${problem}`;
  // The gate's items are fenced by it, in patterns of IAM.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(hostname))
    return 'has a host that is no name: letters, digits, dots and hyphens';
  const kind = /^(?:.*\.)?localhost\.?$/.test(hostname) ? 'private' : addressKind(hostname);
  if (kind === 'forbidden') return 'leads to an address that is never called (metadata, link-local, multicast)';
  return kind === 'private' && !allowPrivate ? 'leads to a private address; say allowPrivate: true' : null;
}

/**
 * What pipelines that call the same endpoint share: the gate's items are called by it. A service's or a bound name, or the host of a URL
 * behind two slashes, which no name has.
 * @example endpointId({ url: 'https://api.example.com/v1' }); // '//api.example.com'
 */
export function endpointId({ service, name, url }: Pick<Endpoint, 'service' | 'name' | 'url'>): string {
  return service ?? name ?? `//${new URL(url ?? '').host}`;
}

/** The endpoint as a person is told it. */
export function endpointWords({
  service,
  name,
  url,
  path,
}: Pick<Endpoint, 'service' | 'name' | 'url' | 'path'>): string {
  return `${service === undefined ? (name ?? url) : `services/${service}`} ${path}`;
}

/** Names of the secrets that calls need. */
export function secretsOf({ auth, hmac }: Pick<Endpoint, 'auth' | 'hmac'>): readonly string[] {
  return [...new Set([auth && 'secret' in auth ? auth.secret : [], hmac?.secret ?? []].flat())];
}
