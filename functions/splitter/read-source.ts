import * as z from 'zod';
import type { SourceContext, SourcedItem, SourcedProblem } from '../../shared/author/source.ts';
import { isPlain } from '../../shared/author/sources/plain.ts';
import { NotJsonError, ObjectDeniedError, ObjectNotFoundError, SourceError } from '../../shared/domain/errors.ts';
import { type Held, mustSpill, unread } from '../../shared/domain/held.ts';
import { type Json, jsonText, plainText } from '../../shared/domain/json.ts';
import { flatJsonBytes } from '../../shared/domain/json-bytes.ts';
import { rangesIn } from '../../shared/flow/one-range.ts';
import { sourceContext, sourceOf } from '../../shared/flow/run-source.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { holdHere } from '../../shared/storage/spill.ts';
import type { SplitterDeps } from './deps.ts';

/** A cursor goes into every page and checkpoint: a position is a few numbers, not what was read so far. */
const MAX_CURSOR_BYTES = 8_192;

/** In ranges that are read one after the other: the place of one, and the cursor within it. */
const position = z.tuple([z.number(), z.json()]);

/** An item, or what says that it couldn't be read, as a page holds it, or the JSON text of one that is too large for that; and where to go on behind it. */
type Read = { readonly cursor: Json } & ({ readonly held: Held; readonly bytes: number } | { readonly large: string });

/**
 * A slice's items.
 * @param from the range of the source, the cursor to go on behind, and how many items are before it
 * @throws {SourceError} when the source throws, or yields what JSON can't hold: that counts against its slice
 */
export async function* readSource(
  deps: Pick<SplitterDeps, 'pipeline' | 'objects'>,
  run: RunRecord,
  slice: number,
  { range, cursor: behind, count }: { readonly range: Json; readonly cursor: Json; readonly count: number },
): AsyncGenerator<Read> {
  const context: SourceContext<unknown> = sourceContext(run);
  const source = sourceOf(deps, run);
  const ranges = run.limit === null ? null : rangesIn(range);
  const [first, within] = ranges && behind !== null ? position.parse(behind) : [0, behind];
  let number = count;
  try {
    for (let place = first; place < (ranges?.length ?? 1); place++) {
      const own = ranges ? (ranges[place] ?? null) : range;
      for await (const sourced of source.read({ ...context, range: own, cursor: place === first ? within : null })) {
        const cursor = checkSourced(++number, sourced);
        yield readItem(number, sourced, ranges ? [place, cursor] : cursor);
      }
    }
  } catch (cause) {
    // A redrive reads our own files. A store that is down says nothing about the slice; a file that is gone stays gone.
    const isGone = cause instanceof ObjectNotFoundError || cause instanceof ObjectDeniedError;
    if (run.redrive && !isGone) throw cause;
    throw new SourceError(slice, cause);
  }
}

function readItem(number: number, sourced: SourcedItem<unknown> | SourcedProblem, cursor: Json): Read {
  if (!('item' in sourced)) return { ...unread(sourced.problem), cursor };
  if (!isPlain(sourced)) return held(jsonText(`item ${number}`, sourced.item), undefined, cursor);
  const { item } = sourced;
  const bytes = flatJsonBytes(item);
  if (bytes !== null && !mustSpill(item, bytes)) return { held: item, bytes, cursor };
  return held(plainText(`item ${number}`, item), item, cursor);
}

/** @param value what the text says, where nobody else has it */
function held(text: string, value: Json | undefined, cursor: Json): Read {
  const here = holdHere(text, value);
  return here ? { ...here, cursor } : { large: text, cursor };
}

/** Of a source's yield both parts are there; the cursor, which it gives, is checked where a page stores it. */
function checkSourced(number: number, sourced: SourcedItem<unknown> | SourcedProblem): Json {
  const given: unknown = sourced;
  const isSourced = typeof given === 'object' && given !== null;
  if (!isSourced || !('item' in given || ('problem' in given && typeof given.problem === 'string'))) {
    throw new NotJsonError(`what stands for item ${number} isn't { item, cursor }.`);
  }
  if (sourced.cursor === undefined) throw new NotJsonError(`the cursor behind item ${number} is undefined.`);
  return sourced.cursor;
}

/** @throws {SourceError} for a cursor that a page can't hold */
export function checkCursor(slice: number, cursor: unknown): void {
  try {
    const bytes = Buffer.byteLength(jsonText('cursor', cursor));
    if (bytes > MAX_CURSOR_BYTES) {
      throw new NotJsonError(`cursor is ${bytes} bytes of JSON; allowed are ${MAX_CURSOR_BYTES}.`);
    }
  } catch (cause) {
    throw new SourceError(slice, cause);
  }
}
