import { createHash } from 'node:crypto';
import type { Pipeline } from '../../author/definition.ts';
import type { CallRequest } from '../../ports/caller.ts';
import { traceParent } from './trace.ts';

type Headers = Record<string, string>;

/**
 * Makes a request's headers of its own and ours, which win whatever their spelling. The key is the child's, never the attempt's, so that a repeat
 * is known as one. It names the pipeline too: two that share a service and a schedule have runs of the same id.
 */
export function headersFor({
  name: pipeline,
  endpoint,
}: Pick<Pipeline, 'name' | 'endpoint'>): (request: CallRequest) => Headers {
  /** What the last call shares with nearly every next one. */
  let last: { readonly given: CallRequest['headers']; readonly run: string; readonly shared: Headers } | null = null;
  const sharedBy = ({ headers: given, run }: CallRequest): Headers => {
    if (last?.given === given && last.run === run) return last.shared;
    const shared: Headers = {};
    for (const name in given) shared[name.toLowerCase()] = given[name] ?? '';
    shared['microprocess-pipeline'] = pipeline;
    shared['microprocess-run'] = run;
    last = { given, run, shared };
    return shared;
  };
  return (request) => addOwn({ ...sharedBy(request) }, request, pipeline, endpoint.tracedPercent);
}

/** Adds what is of one call alone. */
function addOwn(headers: Headers, request: CallRequest, pipeline: string, tracedPercent: number): Headers {
  const { run, root, child, batch, attempt } = request;
  if (batch) headers['microprocess-children'] = batch.join(',');
  else headers['microprocess-child'] = child;
  if (request.callback !== undefined) headers['microprocess-callback'] = request.callback;
  headers['microprocess-attempt'] = String(attempt);
  const key = `${pipeline}.${root}.${batch ? keyOf(batch) : child}`;
  headers['idempotency-key'] = key;
  headers.traceparent = traceParent(pipeline, run, key, tracedPercent);
  return headers;
}

/** Of the same children it is always the same; of one child alone it is the id. */
function keyOf(batch: readonly string[]): string {
  const [only, ...others] = batch;
  return only !== undefined && others.length === 0
    ? only
    : createHash('sha256').update(batch.join(',')).digest('hex').slice(0, 40);
}
