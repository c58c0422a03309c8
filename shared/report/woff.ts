import { inflateSync } from 'node:zlib';

const WOFF_HEADER = 44;
const WOFF_ENTRY = 20;
const SFNT_HEADER = 12;
const SFNT_ENTRY = 16;

/**
 * Unpacks a WOFF 1.0 font to the TrueType or OpenType file it wraps (W3C WOFF 1.0, section 4): what resvg reads. Fonts on npm come
 * as WOFF, in small subsets.
 * @throws {TypeError} where `woff` is something else.
 */
export function sfntOfWoff(woff: Buffer): Buffer {
  if (woff.length < WOFF_HEADER || woff.toString('latin1', 0, 4) !== 'wOFF') {
    throw new TypeError(`A font must be WOFF 1.0, received ${JSON.stringify(woff.toString('latin1', 0, 4))}.`);
  }
  const count = woff.readUInt16BE(12);
  const sfnt = Buffer.alloc(woff.readUInt32BE(16));
  woff.copy(sfnt, 0, 4, 8);
  sfnt.writeUInt16BE(count, 4);
  const power = Math.floor(Math.log2(count));
  sfnt.writeUInt16BE(2 ** power * 16, 6);
  sfnt.writeUInt16BE(power, 8);
  sfnt.writeUInt16BE(count * 16 - 2 ** power * 16, 10);

  let offset = SFNT_HEADER + count * SFNT_ENTRY;
  for (let i = 0; i < count; i++) {
    const entry = WOFF_HEADER + i * WOFF_ENTRY;
    const [start, packed, length] = [4, 8, 12].map((at) => woff.readUInt32BE(entry + at));
    if (start === undefined || packed === undefined || length === undefined) break;
    const data = woff.subarray(start, start + packed);
    const table = packed < length ? inflateSync(data, { maxOutputLength: length }) : data;
    const to = SFNT_HEADER + i * SFNT_ENTRY;
    woff.copy(sfnt, to, entry, entry + 4);
    woff.copy(sfnt, to + 4, entry + 16, entry + 20);
    sfnt.writeUInt32BE(offset, to + 8);
    sfnt.writeUInt32BE(length, to + 12);
    table.copy(sfnt, offset);
    // Tables start at multiples of four.
    offset += Math.ceil(length / 4) * 4;
  }
  return sfnt;
}
