import type { Pipeline } from '../author/definition.ts';
import { NotJsonError, UnmappedCallError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { SIZES } from '../domain/limits.ts';
import { UserError } from '../domain/user-error.ts';
import type { Process } from '../ports/deps.ts';
import { callOfItem, type MappedCall, mapCall } from './map-call.ts';

/** What a body may have of a request, which is a list: the brackets take two. */
const LISTED_BYTES = SIZES.jsonBytes - '[]'.length;

/**
 * The request for an item. Null if the user's mapping throws or gives no call: another try would do the same.
 * @param context what the mapping is told beside the item
 */
export function requestOf(
  { pipeline, log }: Pick<Process, 'log'> & { readonly pipeline: Pipeline },
  item: Json,
  context: Parameters<NonNullable<Pipeline['request']>>[1],
): MappedCall | null {
  try {
    if (!pipeline.request) return fitting(pipeline, callOfItem(pipeline, item));
    const mapped: unknown = pipeline.request(item, context);
    if (mapped instanceof Promise) throw new NotJsonError('request is async; it must give the body itself.');
    return fitting(pipeline, mapCall(pipeline, mapped));
  } catch (error) {
    log.error('The request mapping failed.', { child: context.childId, error: new UserError(error) });
    return null;
  }
}

/**
 * A call that its Lambda takes also as a list of one.
 * @throws {UnmappedCallError} where the brackets make it too large
 */
function fitting({ endpoint }: Pipeline, call: MappedCall): MappedCall {
  const { body } = call;
  // UTF-16 units are three bytes at most: few bodies are measured.
  if (endpoint.itemsPerCall === undefined || body === null || body.length * 3 <= LISTED_BYTES) return call;
  if (Buffer.byteLength(body) <= LISTED_BYTES) return call;
  throw new UnmappedCallError(
    `With itemsPerCall, a body must be of at most ${LISTED_BYTES} bytes: its list has brackets.`,
  );
}
