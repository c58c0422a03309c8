import { createHash, randomUUID } from 'node:crypto';
import type { CallRequest } from '../../ports/caller.ts';

/**
 * The request's headers and ours, which win whatever their spelling. The key is the child's, never the attempt's, so that a repeat
 * is known as one. It names the pipeline too: two that share a service and a schedule have runs of the same id.
 */
export function headersOf(pipeline: string, request: CallRequest): Record<string, string> {
  const { run, root, child, batch, attempt } = request;
  const headers: Record<string, string> = {};
  for (const name in request.headers) headers[name.toLowerCase()] = request.headers[name] ?? '';
  headers['microprocess-pipeline'] = pipeline;
  headers['microprocess-run'] = run;
  if (batch) headers['microprocess-children'] = batch.join(',');
  else headers['microprocess-child'] = child;
  headers['microprocess-attempt'] = String(attempt);
  headers['idempotency-key'] = `${pipeline}.${root}.${batch ? keyOf(batch) : child}`;
  headers.traceparent = `00-${traceId(pipeline, run)}-${spanId()}-00`;
  return headers;
}

/** Of the same children it is always the same; of one child alone it is the id. */
function keyOf(batch: readonly string[]): string {
  const [only, ...others] = batch;
  return only !== undefined && others.length === 0
    ? only
    : createHash('sha256').update(batch.join(',')).digest('hex').slice(0, 40);
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
