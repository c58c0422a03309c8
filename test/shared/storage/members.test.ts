import { expect, test } from 'vitest';
import { membersOf, windowsOf } from '../../../shared/storage/members.ts';
import { MemoryObjects } from '../../../testing/objects.ts';

const MIB = 2 ** 20;

async function stored(lengths: readonly number[]) {
  const objects = new MemoryObjects();
  const offsets = [0];
  for (const length of lengths) offsets.push((offsets.at(-1) ?? 0) + length);
  const whole = Uint8Array.from({ length: offsets.at(-1) ?? 0 }, (_, i) => i % 251);
  await objects.put('members', whole);
  const asked: number[] = [];
  const get = objects.get.bind(objects);
  objects.get = (key, range) => {
    if (range) asked.push(range.to - range.from);
    return get(key, range);
  };
  return { objects, offsets, whole, asked };
}

async function read(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

test.each<[string, lengths: number[], requests: number[]]>([
  ['small ones', [3, 0, 5, 1], [9]],
  ['large ones', [3 * MIB, 4 * MIB, 2 * MIB, MIB], [7 * MIB, 3 * MIB]],
  ['one that is larger than a request', [MIB, 9 * MIB, 2], [MIB, 9 * MIB, 2]],
  ['none', [], []],
])('members come in order, with few requests: %s', async (_, lengths, requests) => {
  const { objects, offsets, whole, asked } = await stored(lengths);
  const members = await read(membersOf(objects, 'members', offsets));
  expect(members.map(({ length }) => length)).toEqual(lengths);
  expect(Buffer.concat(members).equals(whole)).toBe(true);
  expect(asked).toEqual(requests);
});

test('a whole object comes in windows', async () => {
  const { objects, whole, asked } = await stored([17 * MIB + 3]);
  expect(Buffer.concat(await read(windowsOf(objects, 'members', whole.length))).equals(whole)).toBe(true);
  expect(asked).toEqual([8 * MIB, 8 * MIB, MIB + 3]);
});
