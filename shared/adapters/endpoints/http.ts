import { Pool } from 'undici';
import type { Pipeline } from '../../author/definition.ts';
import type { Caller, CallRequest } from '../../ports/caller.ts';
import type { Signer } from './auth.ts';
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
}

/**
 * Calls over kept-alive connections, one request per connection at a time. Redirects are not followed: hosts come from
 * the definition, never from an answer.
 */
export function httpCaller({ url, connections, signer, pipeline }: HttpCallerOptions): Caller {
  const base = new URL(url);
  const basePath = base.pathname.replace(/\/$/, '');
  const { maxResponseBytes, timeoutSeconds } = pipeline.endpoint;
  const timeoutMs = timeoutSeconds * 1_000;
  const pool = new Pool(base.origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: timeoutMs },
    // One timer per call, exchange's, covers all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function send(request: CallRequest): Promise<Answer> {
    const { method, body } = request;
    const path = basePath + request.path;
    const headers = headersOf(pipeline.name, request);
    const signed = signer ? await signer.sign({ method, url: base, path, headers, body }) : headers;
    return exchange(pool, { method, path, headers: signed, body }, { timeoutMs, maxResponseBytes });
  }

  return {
    async call(request) {
      const started = performance.now();
      const ms = () => Math.round(performance.now() - started);
      try {
        return { kind: 'answer', ...(await send(request)), ms: ms() };
      } catch (error) {
        return { kind: 'failure', reason: failureOf(error), ms: ms() };
      }
    },
    close: () => pool.destroy(),
  };
}
