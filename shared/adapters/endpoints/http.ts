import type { Pipeline } from '../../author/definition.ts';
import type { Caller, CallRequest } from '../../ports/caller.ts';
import type { Signer } from './auth.ts';
import { connectionsTo, isRefused, type Lookup } from './connections.ts';
import { type Answer, exchange } from './exchange.ts';
import { failureOf } from './failure.ts';
import { headersOf } from './headers.ts';

export interface HttpCallerOptions {
  /** Base URL of the clone; its path, if any, is kept in front of each call's. */
  readonly url: string;
  /** Open connections at most; more calls wait for one. */
  readonly connections: number;
  /** Signs each call, where the URL wants IAM. */
  readonly signer: Signer | null;
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
  pipeline,
  mayBePrivate = true,
  lookup,
}: HttpCallerOptions): Caller {
  const base = new URL(url);
  const basePath = base.pathname.replace(/\/$/, '');
  const { maxResponseBytes, timeoutSeconds, ca } = pipeline.endpoint;
  const timeoutMs = timeoutSeconds * 1_000;
  const limits = { timeoutMs, maxResponseBytes };
  const pools = connectionsTo({ url: base, connections, timeoutMs, mayBePrivate, ca, lookup });
  const refused = isRefused(base, mayBePrivate);

  async function send(request: CallRequest): Promise<Answer> {
    const { method, body } = request;
    const path = basePath + request.path;
    const headers = headersOf(pipeline.name, request);
    const signed = signer ? await signer.sign({ method, url: base, path, headers, body }) : headers;
    const sent = { method, path, headers: signed, body };
    const began = performance.now();
    try {
      return await exchange(pools.kept, sent, limits);
    } catch (error) {
      // Its answer, if it was called at all, is lost: as with every repeat, the service knows the child by its key.
      const tookMs = performance.now() - began;
      if (tookMs > STALE_MS || !pools.wasStale(error)) throw error;
      // Both together end within the call's time: a forwarder has no more for it.
      return exchange(pools.fresh, sent, { ...limits, timeoutMs: timeoutMs - tookMs });
    }
  }

  return {
    async call(request) {
      const started = performance.now();
      if (refused) return { kind: 'failure', reason: 'address-not-allowed', ms: 0 };
      const ms = () => Math.round(performance.now() - started);
      try {
        return { kind: 'answer', ...(await send(request)), ms: ms() };
      } catch (error) {
        return { kind: 'failure', reason: failureOf(error), ms: ms() };
      }
    },
    close: () => pools.close(),
  };
}
