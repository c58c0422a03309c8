/** The first request is small, as often only a line is wanted; the others grow to a size for which a slow reader holds no connection for hours. */
const FIRST_BYTES = 262_144;
const MOST_BYTES = 8 * 1_048_576;

/** Bytes of a stored object, asked for piece by piece. */
export async function* pieces(
  get: (from: number, to: number) => Promise<Uint8Array>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  let size = FIRST_BYTES;
  for (let at = from; at < to; ) {
    const end = Math.min(at + size, to);
    yield await get(at, end);
    at = end;
    size = Math.min(2 * size, MOST_BYTES);
  }
}
