export const isUtf8 = (encoding: string | undefined) => new TextDecoder(encoding).encoding === 'utf-8';

/**
 * Text of some encoding as UTF-8, from a byte of that on. What isn't stored as UTF-8 is read from its beginning, as there is no telling where
 * that byte stands in the file.
 */
export async function* utf8(
  read: (from: number) => AsyncIterable<Uint8Array>,
  from: number,
  encoding: string | undefined,
): AsyncGenerator<Uint8Array> {
  if (isUtf8(encoding)) {
    yield* read(from);
    return;
  }
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  let left = from;
  const behind = (text: string) => {
    const bytes = encoder.encode(text);
    const skipped = Math.min(left, bytes.length);
    left -= skipped;
    return bytes.subarray(skipped);
  };
  for await (const chunk of read(0)) yield behind(decoder.decode(chunk, { stream: true }));
  yield behind(decoder.decode());
}
