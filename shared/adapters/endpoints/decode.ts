import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
// As a whole: a named import of what a Node doesn't have yet would keep the module from loading.
import zlib from 'node:zlib';
import { CallError } from './failure.ts';

type Unpack = (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Unpack = promisify(zlib.gunzip);
const inflate: Unpack = promisify(zlib.inflate);
const inflateRaw: Unpack = promisify(zlib.inflateRaw);

const CODINGS = new Map<string, Unpack>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', (packed, options) => (hasZlibHeader(packed) ? inflate : inflateRaw)(packed, options)],
  ['br', promisify(zlib.brotliDecompress)],
]);
// Since Node 22.15.
if ('zstdDecompress' in zlib) CODINGS.set('zstd', promisify(zlib.zstdDecompress));

/** Codings one behind the other that are taken off: nobody means more. */
const MOST_CODINGS = 4;

/** The codings that a `Content-Encoding` names, in the order they were put on; none for most answers. */
export function codingsOf(contentEncoding: string | null): readonly string[] {
  if (contentEncoding === null) return [];
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'identity');
}

/**
 * A body without its codings. It stops as soon as more than `maxBytes` came out of one: a bomb is never unpacked.
 * @throws {CallError} for a coding that is unknown, a body that isn't in it or ends early, and one that is too large
 */
export async function unpack(body: Buffer, codings: readonly string[], maxBytes: number): Promise<Buffer> {
  if (codings.length > MOST_CODINGS) throw new CallError('unsupported-encoding');
  let bytes = body;
  for (const coding of [...codings].reverse()) {
    const decode = CODINGS.get(coding);
    if (!decode) throw new CallError('unsupported-encoding');
    try {
      bytes = await decode(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const isLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      throw new CallError(isLarge ? 'response-too-large' : 'undecodable-answer');
    }
  }
  return bytes;
}

/** `deflate` means zlib's format, but many a service sends the bare stream. */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

/**
 * A body's text, by its charset, else as UTF-8; a byte-order mark decides over both and is taken off.
 * @param isWhole false: it was cut off, maybe within a character, which is left out
 * @throws {CallError} for an unknown charset, and for bytes that aren't text in it: U+FFFD would be a lie in a report
 */
export function textOf(body: Buffer, charset: string | null, isWhole: boolean): string {
  if (body.length === 0) return '';
  if (charset === null || /^utf-?8$/i.test(charset)) {
    const text = body.toString('utf8');
    // The mark of what could not be decoded, which a service may also have sent as such.
    if (!text.includes('\ufffd') || isUtf8(body)) return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  return decoded(body, byteOrderOf(body) ?? charset ?? 'utf-8', isWhole);
}

function decoded(body: Buffer, charset: string, isWhole: boolean): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body, { stream: !isWhole });
  } catch (error) {
    // A RangeError is of the label, a TypeError of the bytes.
    throw new CallError(error instanceof RangeError ? 'unsupported-charset' : 'undecodable-answer');
  }
}

function byteOrderOf([first, second]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : null;
}
