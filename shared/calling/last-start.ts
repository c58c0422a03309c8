import type { Pipeline } from '../author/definition.ts';
import type { Invocation } from '../ports/deps.ts';

/**
 * Time kept for writing what the last calls came to: enough where two of the writes' tries get no answer, at three seconds
 * each (shared/lambda/connect.ts). What isn't written by then comes back with its message.
 */
const WRITE_MS = 10_000;

/** The last moment at which a call may begin: it must end, and be stored, within the invocation. */
export function lastStartOf(
  { pipeline }: { readonly pipeline: Pick<Pipeline, 'endpoint'> },
  { deadline }: Invocation,
): number {
  return deadline - pipeline.endpoint.timeoutSeconds * 1_000 - WRITE_MS;
}
