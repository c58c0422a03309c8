import { createHash, randomUUID } from 'node:crypto';
import { isSampled } from '../../domain/sampling.ts';

/**
 * W3C Trace Context of a call. A child of the sample has a trace of its own, which all its attempts are in, and the flag that tells the
 * service's tracer to record. All others are in their run's, unrecorded: 19 M spans would cost more than the run, and no tool shows a trace of them.
 * @param key the child's Idempotency-Key
 */
export function traceParent(pipeline: string, run: string, key: string, tracedPercent: number): string {
  const trace = tracedChild(key, tracedPercent);
  return trace === null ? `00-${runTrace(pipeline, run)}-${spanId()}-00` : `00-${trace}-${spanId()}-01`;
}

/** The trace of a child, by its Idempotency-Key; null where it isn't of the sample. */
export function tracedChild(key: string, tracedPercent: number): string | null {
  return isSampled(key, tracedPercent) ? traceId(key) : null;
}

/** 16 hexadecimal digits. A UUID's random ones: Node draws the bytes of 128 UUIDs at once, `randomBytes` those of one call. */
function spanId(): string {
  const uuid = randomUUID();
  return uuid.slice(-12) + uuid.slice(0, 4);
}

const runTraces = new Map<string, string>();

function runTrace(pipeline: string, run: string): string {
  const key = `${pipeline}/${run}`;
  let id = runTraces.get(key);
  if (!id) {
    if (runTraces.size > 1_000) runTraces.clear();
    id = traceId(key);
    runTraces.set(key, id);
  }
  return id;
}

const traceId = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 32);
