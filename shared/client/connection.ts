import type * as z from 'zod';
import type { Credentials } from '../adapters/direct/signature.ts';
import { type Signer, signerOf } from '../adapters/direct/signer.ts';
import { retryAfterMs } from '../domain/retry-after.ts';
import { pause, waitMs } from './again.ts';
import { ApiError, errorOf } from './api-error.ts';

/** Lets a caller in by a bearer token: that of `.state/api-token`, or a JWT. A function is asked for one at each request. */
export interface ByToken {
  readonly token: string | (() => string | Promise<string>);
}

/** Lets a caller in by IAM: requests are signed with SigV4 for the API's region. A function is asked for credentials at each request. */
export interface BySignature {
  readonly sign: {
    readonly region: string;
    readonly credentials: Credentials | (() => Credentials | Promise<Credentials>);
  };
}

export type ClientOptions = (ByToken | BySignature) & {
  /** The API's address, as the command `api` or the stack's output `ApiUrl` says it. */
  readonly url: string;
  /** For how long a request is sent again where nothing could take it. Default 60. */
  readonly patienceSeconds?: number;
};

/** What any request takes. */
export interface RequestOptions {
  /** Ends the request, and the waiting between its repeats. */
  readonly signal?: AbortSignal | undefined;
}

export interface ApiRequest extends RequestOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What the API answered, with a status below 300. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Longer than the API holds a request. */
const TRY_SECONDS = 40;
const DEFAULT_PATIENCE_SECONDS = 60;

/** Sends requests to one API, again where nothing could take them: each that the client makes may be repeated. */
export class Connection {
  readonly #base: string;
  readonly #patienceMs: number;
  readonly #signed: Signer['sign'];

  /** @throws {TypeError} where the URL is none of HTTP */
  constructor({ url, patienceSeconds = DEFAULT_PATIENCE_SECONDS, ...access }: ClientOptions) {
    if (!/^https?:/.test(url) || !URL.canParse(url)) throw new TypeError("url: must be the API's address.");
    this.#base = url.replace(/\/+$/, '');
    this.#patienceMs = patienceSeconds * 1_000;
    this.#signed = letInBy(access);
  }

  /** @throws {ApiError} where it was refused, or still not taken when the patience was over */
  async ask(request: ApiRequest): Promise<ApiAnswer> {
    const until = Date.now() + this.#patienceMs;
    for (let tries = 0; ; tries++) {
      request.signal?.throwIfAborted();
      const answer = await this.#try(request);
      if (!(answer instanceof ApiError) && answer.status < 300) return answer;
      const error = answer instanceof ApiError ? answer : errorOf(answer.status, answer.body);
      const asked = answer instanceof ApiError ? null : answer.headers.get('retry-after');
      const wait = Math.max(retryAfterMs(asked, Date.now()), waitMs(tries));
      if (!isWorthAnother(error) || Date.now() + wait > until) throw error;
      await pause(wait, request.signal);
    }
  }

  async #try({ method, path, headers = {}, body, signal }: ApiRequest): Promise<ApiAnswer | ApiError> {
    const url = new URL(`${this.#base}${path}`);
    const text = body === undefined ? null : JSON.stringify(body);
    const sent = { ...headers, ...(text !== null && { 'content-type': 'application/json' }) };
    // What gives tokens or credentials fails in its own words.
    const target = `${url.pathname}${url.search}`;
    const { host: _, ...signed } = await this.#signed({ method, url, path: target, headers: sent, body: text });
    const timeout = AbortSignal.timeout(TRY_SECONDS * 1_000);
    try {
      const response = await fetch(url, {
        method,
        headers: signed,
        body: text,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return { status: response.status, headers: response.headers, body: jsonIn(await response.text()) };
    } catch (cause) {
      signal?.throwIfAborted();
      return new ApiError('There was no answer from the API.', { cause });
    }
  }
}

/**
 * A body as its schema has it.
 * @throws {ApiError} where it isn't such: something else answered, or another release
 */
export function read<T>(schema: z.ZodType<T>, { status, body }: ApiAnswer): T {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw new ApiError("The answer is none that this release of the API's client knows.", { status, cause: error });
}

const isWorthAnother = ({ status }: ApiError) => status === null || status === 429 || status >= 500;

function letInBy(access: ByToken | BySignature): Signer['sign'] {
  if ('sign' in access) {
    const { region, credentials } = access.sign;
    const given = typeof credentials === 'function' ? credentials : () => credentials;
    return signerOf({ service: 'lambda', region }, given).sign;
  }
  const { token } = access;
  return async ({ headers }) => ({
    ...headers,
    authorization: `Bearer ${typeof token === 'function' ? await token() : token}`,
  });
}

/** What is no JSON is undefined, which no schema takes. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
