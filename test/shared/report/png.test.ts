import { expect, it } from 'vitest';
import { loadAsset } from '../../../shared/report/assets.ts';
import { pngOfSvg } from '../../../shared/report/png.ts';
import { sfntOfWoff } from '../../../shared/report/woff.ts';

const svg = (content: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20">${content}</svg>`;

it('sets text: a picture with a number in it is not an empty one', async () => {
  const empty = await pngOfSvg(svg(''));
  const text = await pngOfSvg(svg('<text x="2" y="15" font-family="Lato">1,234.5</text>'));
  expect(text.length).toBeGreaterThan(empty.length + 300);
});

it('unpacks a font with the checksum its directory states', () => {
  const sfnt = sfntOfWoff(loadAsset('font'));
  const tables = sfnt.readUInt16BE(4);
  expect(tables).toBeGreaterThan(8);
  for (let i = 0; i < tables; i++) {
    const entry = 12 + i * 16;
    // The checksum of `head` leaves out a field of its own.
    if (sfnt.toString('latin1', entry, entry + 4) === 'head') continue;
    const [stated, offset, length] = [4, 8, 12].map((at) => sfnt.readUInt32BE(entry + at));
    let sum = 0;
    for (let at = offset ?? 0; at < (offset ?? 0) + (length ?? 0); at += 4)
      sum = (sum + sfnt.readUInt32BE(at)) % 2 ** 32;
    expect(sum).toBe(stated);
  }
});

it('refuses another format', () => {
  expect(() => sfntOfWoff(Buffer.from('wOF2'.padEnd(60)))).toThrow('A font must be WOFF 1.0, received "wOF2".');
});
