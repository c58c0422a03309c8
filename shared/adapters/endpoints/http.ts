import type { Pipeline } from '../../author/definition.ts';
import type { Caller, CallRequest } from '../../ports/caller.ts';
import type { Signer } from '../direct/signer.ts';
import { connectionsTo, isRefused as isRefusedAddress, type Lookup } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { type Answer, exchange } from './exchange.ts';
import { CallError, failureOf } from './failure.ts';
import { headersFor } from './headers.ts';

export interface HttpCallerOptions {
  /** Base URL of the clone; its path, if any, is kept in front of each call's. */
  readonly url: string;
  /** Open connections at most; more calls wait for one. */
  readonly connections: number;
  /** Signs each call, where the URL wants IAM. */
  readonly signer: Signer | null;
  /** What else lets calls in. */
  readonly credentials?: Credentials | null;
  readonly pipeline: Pick<Pipeline, 'name' | 'endpoint'>;
  /** False: public addresses alone are called. Default: private ones too; metadata and its like never. */
  readonly mayBePrivate?: boolean;
  /** Default: the machine's own. */
  readonly lookup?: Lookup;
}

/** A connection that was closed already breaks at once; one that breaks later was served, and its service died. */
const STALE_MS = 500;

/**
 * Calls over kept-alive connections, one request per connection at a time. Redirects are not followed: hosts come from
 * the definition, never from an answer.
 */
export function httpCaller({
  url,
  connections,
  signer,
  credentials = null,
  pipeline,
  mayBePrivate = true,
  lookup,
}: HttpCallerOptions): Caller {
  const base = new URL(url);
  const headersOf = headersFor(pipeline);
  const basePath = base.pathname.replace(/\/$/, '');
  const { maxResponseBytes, timeoutSeconds, ca } = pipeline.endpoint;
  const timeoutMs = timeoutSeconds * 1_000;
  const pools = connectionsTo({ url: base, connections, timeoutMs, mayBePrivate, ca, lookup });
  const refused = isRefusedAddress(base, mayBePrivate);

  async function sendWith(credentials: Credentials, request: CallRequest, began: number): Promise<Answer> {
    const answer = await sendOnce(request, began);
    // Rotated meanwhile, perhaps: what was refused is fetched anew, and the call made once more if it is another.
    const isRefused = answer.httpStatus === 401;
    const last = isRefused && (await credentials.renew()) ? await sendOnce(request, began) : answer;
    return last.httpStatus >= 300 && last.body !== '' ? { ...last, body: await credentials.hide(last.body) } : last;
  }

  /** @param began all that is tried ends within the call's time from then on */
  async function sendOnce(request: CallRequest, began: number): Promise<Answer> {
    const { method, body } = request;
    const path = basePath + request.path;
    const headers = headersOf(request);
    if (credentials) Object.assign(headers, await letIn(credentials, headers['idempotency-key'] ?? '', body));
    const signed = signer ? await signer.sign({ method, url: base, path, headers, body }) : headers;
    const sent = { method, path, headers: signed, body };
    const sentAt = performance.now();
    // A forwarder has no more time for all of it.
    const left = () => ({ maxResponseBytes, timeoutMs: Math.max(1, timeoutMs - (performance.now() - began)) });
    try {
      return await exchange(pools.kept, sent, left(), request.room);
    } catch (error) {
      // Its answer, if it was called at all, is lost: as with every repeat, the service knows the child by its key.
      if (performance.now() - sentAt > STALE_MS || !pools.wasStale(error)) throw error;
      return exchange(pools.fresh, sent, left(), request.room);
    }
  }

  return {
    async call(request) {
      const started = performance.now();
      if (refused) return { kind: 'failure', reason: 'address-not-allowed', ms: 0 };
      const ms = () => Math.round(performance.now() - started);
      try {
        const answer = await (credentials ? sendWith(credentials, request, started) : sendOnce(request, started));
        return { kind: 'answer', ...answer, ms: ms() };
      } catch (error) {
        const reason = failureOf(error);
        if (reason === 'bad-request') pools.replaceKept();
        return { kind: 'failure', reason, ms: ms() };
      }
    },
    close: () => pools.close(),
  };
}

/** @throws {CallError} whatever kept a secret from being fetched: it may name it */
async function letIn(credentials: Credentials, key: string, body: string | null): Promise<Record<string, string>> {
  try {
    return await credentials.headersOf(key, body);
  } catch {
    throw new CallError('no-credentials');
  }
}
