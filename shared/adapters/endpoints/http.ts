import { createHash, randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Pipeline } from '../../author/definition.ts';
import type { Caller, CallRequest } from '../../ports/caller.ts';
import type { Signer } from './auth.ts';
import { type Answer, exchange } from './exchange.ts';
import { failureOf } from './failure.ts';

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

/**
 * The request's headers and ours, which win whatever their spelling. The key is the child's, never the attempt's, so that a repeat
 * is known as one. It names the pipeline too: two that share a service and a schedule have runs of the same id.
 */
function headersOf(pipeline: string, request: CallRequest): Record<string, string> {
  const { run, root, child, attempt } = request;
  const headers: Record<string, string> = {};
  for (const name in request.headers) headers[name.toLowerCase()] = request.headers[name] ?? '';
  headers['microprocess-pipeline'] = pipeline;
  headers['microprocess-run'] = run;
  headers['microprocess-child'] = child;
  headers['microprocess-attempt'] = String(attempt);
  headers['idempotency-key'] = `${pipeline}.${root}.${child}`;
  headers.traceparent = `00-${traceId(pipeline, run)}-${spanId()}-00`;
  return headers;
}

/** 16 hexadecimal digits. A UUID's random ones: Node draws the bytes of 128 UUIDs at once, `randomBytes` those of one call. */
function spanId(): string {
  const uuid = randomUUID();
  return uuid.slice(-12) + uuid.slice(0, 4);
}

const traceIds = new Map<string, string>();

/** One trace per run, so that a service's own tracing shows it together. Not sampled: 19 M spans would cost more than the run. */
function traceId(pipeline: string, run: string): string {
  const key = `${pipeline}/${run}`;
  let id = traceIds.get(key);
  if (!id) {
    if (traceIds.size > 1_000) traceIds.clear();
    id = createHash('sha256').update(key).digest('hex').slice(0, 32);
    traceIds.set(key, id);
  }
  return id;
}
