import * as z from 'zod';
import { SourceChangedError, SourceDataError, show } from '../../domain/errors.ts';
import { type Json, jsonText } from '../../domain/json.ts';
import { hashOf } from '../../domain/text.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Source, SourceContext } from '../source.ts';
import { sift } from './sift.ts';

/** What a generator of {@link from} is asked with. */
export interface FromContext<P = unknown, C extends Json = Json> extends SourceContext<P> {
  /** What the option `cursor` made of the last item that was taken: go on behind it. Null at the start, and without that option. */
  readonly cursor: C | null;
}

/** Options of {@link from}. */
export interface FromOptions<I, C extends Json = Json> {
  /**
   * Where to go on behind an item, as JSON: the generator is then asked to begin there. Without it, the generator is read from its start
   * again, and must give the same items.
   */
  readonly cursor?: (item: I) => C;
  /** Items that are wanted; the others are no children. */
  readonly where?: (item: I) => boolean;
}

type Generate<I, P, C extends Json> = (context: FromContext<P, C>) => AsyncIterable<I> | Iterable<I>;

const optionsSchema = strictOptions({
  generate: callable(),
  cursor: callable().optional(),
  where: callable().optional(),
});

/**
 * The items that a generator of yours yields, one after the other, as one slice.
 *
 * A long enumeration is interrupted and goes on in another process. Then the generator is called again: with the `cursor` of the last item
 * that was taken, or, without that option, from its start; what was taken before is then skipped, and compared. Other items than before
 * close the run as `source-changed`.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * from(async function* ({ params }: FromContext<{ year: number }>) {
 *   for await (const order of orders(params.year)) yield { id: order.id };
 * });
 */
export function from<I, P = unknown, C extends Json = Json>(
  generate: Generate<I, P, C>,
  options: FromOptions<I, C> = {},
): Source<I, P> {
  checkOptions('source: from', optionsSchema, { generate, ...options });
  const { cursor: cursorOf } = options;
  return {
    read({ params, limit, file, cursor }) {
      // Of the first so many items some may not be wanted.
      const context = { params, limit: options.where ? undefined : limit, file };
      return cursorOf
        ? behindCursor(generate, cursorOf, context, cursor, options)
        : behindRepeated(generate, context, cursor, options);
    },
  };
}

async function* behindCursor<I, P, C extends Json>(
  generate: Generate<I, P, C>,
  cursorOf: (item: I) => C,
  context: SourceContext<P>,
  cursor: Json,
  options: FromOptions<I, C>,
) {
  // JSON gives back what `cursorOf` made as it was.
  const last = z.custom<C | null>().parse(cursor);
  let number = 0;
  for await (const item of iterable(generate({ ...context, cursor: last }))) {
    number++;
    const sifted = sift({ item }, () => nameOf(number, last === null), cursorOf(item), options);
    if (sifted) yield sifted;
  }
}

/** Items that were taken, and a digest of all of them. */
const position = z.tuple([z.int().min(0), z.int(), z.int()]);

async function* behindRepeated<I, P, C extends Json>(
  generate: Generate<I, P, C>,
  context: SourceContext<P>,
  cursor: Json,
  options: FromOptions<I, C>,
) {
  const [taken, ...digest] = cursor === null ? [0, 0, 0] : position.parse(cursor);
  let at: [count: number, high: number, low: number] = [0, 0, 0];
  for await (const item of iterable(generate({ ...context, cursor: null }))) {
    const [before, high, low] = at;
    at = [before + 1, ...hashOf(`${high} ${low} ${jsonText(`item ${before + 1}`, item)}`)];
    if (before < taken) {
      if (at[0] === taken && at.slice(1).join() !== digest.join()) throw new SourceChangedError(GENERATED);
      continue;
    }
    const sifted = sift({ item }, () => nameOf(before + 1, true), at, options);
    if (sifted) yield sifted;
  }
  if (at[0] < taken) throw new SourceChangedError(GENERATED);
}

const nameOf = (number: number, isFromStart: boolean) =>
  `Item ${number} that the generator yields${isFromStart ? '' : ' behind its cursor'}`;

/** What a generator gave, if it can be read item by item. */
function iterable<T extends object>(given: T): T {
  const received: unknown = given;
  const isIterable =
    typeof received === 'object' &&
    received !== null &&
    (Symbol.asyncIterator in received || Symbol.iterator in received);
  if (isIterable) return given;
  throw new SourceDataError(
    `The function of from() must be a generator or give a list, received ${received instanceof Promise ? 'a promise (async function* is meant, perhaps)' : show(received)}.`,
  );
}

const GENERATED = 'what the generator yields';
