import type { ObjectReader } from '../ports/objects.ts';

/** Bytes read at once; one member may be longer. */
const WINDOW_BYTES = 8 * 1_048_576;

/**
 * An object's consecutive members, in order: with one request for as many as fit a few megabytes.
 * @param offsets where each starts, and where the last ends
 */
export async function* membersOf(
  objects: ObjectReader,
  key: string,
  offsets: readonly number[],
): AsyncGenerator<Uint8Array, undefined, undefined> {
  let window = { from: 0, to: 0, bytes: new Uint8Array() };
  for (const [i, from] of offsets.entries()) {
    const to = offsets[i + 1];
    if (to === undefined) return;
    if (to > window.to) {
      const end = offsets.findLast((offset) => offset <= from + WINDOW_BYTES) ?? to;
      window = { from, to: Math.max(to, end), bytes: new Uint8Array() };
      window.bytes = Uint8Array.from(await objects.get(key, window));
    }
    yield window.bytes.subarray(from - window.from, to - window.from);
  }
}

/** An object of known length, a few megabytes at a time. */
export async function* windowsOf(objects: ObjectReader, key: string, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes; from += WINDOW_BYTES) {
    yield await objects.get(key, { from, to: Math.min(bytes, from + WINDOW_BYTES) });
  }
}
