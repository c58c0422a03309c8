import type { HttpRequest } from '@smithy/types';
import { type Credentials, type Scope, Signature, sha256, timeOf } from './signature.ts';

/** Headers of one request alone; all others are the same for each request of a client. */
const OF_ONE = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'content-length',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-target',
  'x-amzn-trace-id',
]);

const TRACE = 'x-amzn-trace-id';

/** What a request says that is of itself alone. */
export interface OwnParts {
  readonly operation: string;
  readonly body: string;
  readonly id: string;
  /** `attempt=1; max=5` */
  readonly attempt: string;
  readonly at: Date;
  /** X-Ray's, where the function has one. */
  readonly trace: string | undefined;
}

/** Makes requests like one that the SDK has signed: to the same host, with the same headers, and a signature over the same of these. */
export class LearnedRequest {
  readonly #like: HttpRequest;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signed: readonly string[];
  readonly #target: string;
  readonly #isTraced: boolean;
  readonly #signature: Signature;

  private constructor(like: HttpRequest, scope: Scope, signed: readonly string[]) {
    this.#like = like;
    this.#headers = Object.fromEntries(Object.entries(like.headers).filter(([name]) => !OF_ONE.has(name)));
    this.#signed = signed;
    this.#target = like.headers['x-amz-target']?.split('.')[0] ?? '';
    this.#isTraced = TRACE in like.headers;
    this.#signature = new Signature(scope);
  }

  /** Null where a request isn't what is known here: a POST of JSON to the root of its host, with SigV4. */
  static from(request: HttpRequest): LearnedRequest | null {
    const { method, path, query = {}, headers } = request;
    if (method !== 'POST' || path !== '/' || Object.keys(query).length > 0) return null;
    if (!headers['content-type']?.startsWith('application/x-amz-json-') || !headers['x-amz-target']) return null;
    const read =
      /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=/.exec(
        headers.authorization ?? '',
      );
    const [, region, service, signed] = read ?? [];
    if (region === undefined || service === undefined || signed === undefined) return null;
    const names = signed.split(';').filter((name) => name !== 'x-amz-security-token');
    return new LearnedRequest(request, { region, service }, names);
  }

  /** A request of this kind, signed. */
  of({ operation, body, id, attempt, at, trace }: OwnParts, credentials: Credentials): HttpRequest {
    const { protocol, hostname, port, method, path } = this.#like;
    // Once: to be measured, hashed and sent.
    const bytes = Buffer.from(body);
    const headers: Record<string, string> = {
      ...this.#headers,
      'x-amz-target': `${this.#target}.${operation}`,
      'content-length': String(bytes.length),
      'amz-sdk-invocation-id': id,
      'amz-sdk-request': attempt,
      'x-amz-date': timeOf(at),
      'x-amz-content-sha256': sha256(bytes),
    };
    const { sessionToken } = credentials;
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    if (trace !== undefined && this.#isTraced) headers[TRACE] = trace;
    const signed: Record<string, string> = {};
    for (const name of this.#signed) signed[name] = headers[name] ?? '';
    if (sessionToken) signed['x-amz-security-token'] = sessionToken;
    headers.authorization = this.#signature.authorization(credentials, method, { path }, signed);
    return { protocol, hostname, method, path, headers, body: bytes, ...(port !== undefined && { port }) };
  }
}
