import { createHash } from 'node:crypto';
import type { Pipeline } from '../../author/definition.ts';
import type { CallRequest } from '../../ports/caller.ts';
import { traceParent } from './trace.ts';

/**
 * The request's headers and ours, which win whatever their spelling. The key is the child's, never the attempt's, so that a repeat
 * is known as one. It names the pipeline too: two that share a service and a schedule have runs of the same id.
 */
export function headersOf(
  { name: pipeline, endpoint }: Pick<Pipeline, 'name' | 'endpoint'>,
  request: CallRequest,
): Record<string, string> {
  const { run, root, child, batch, attempt } = request;
  const headers: Record<string, string> = {};
  for (const given in request.headers) headers[given.toLowerCase()] = request.headers[given] ?? '';
  headers['microprocess-pipeline'] = pipeline;
  headers['microprocess-run'] = run;
  if (batch) headers['microprocess-children'] = batch.join(',');
  else headers['microprocess-child'] = child;
  if (request.callback !== undefined) headers['microprocess-callback'] = request.callback;
  headers['microprocess-attempt'] = String(attempt);
  const key = `${pipeline}.${root}.${batch ? keyOf(batch) : child}`;
  headers['idempotency-key'] = key;
  headers.traceparent = traceParent(pipeline, run, key, endpoint.tracedPercent);
  return headers;
}

/** Of the same children it is always the same; of one child alone it is the id. */
function keyOf(batch: readonly string[]): string {
  const [only, ...others] = batch;
  return only !== undefined && others.length === 0
    ? only
    : createHash('sha256').update(batch.join(',')).digest('hex').slice(0, 40);
}
