import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Source } from '../../../shared/author/source.ts';
import { list } from '../../../shared/author/sources/list.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { sourced } from '../../contracts/source.contract.ts';

/** Reads a whole slice in pieces: anew from the last cursor after each `piece` items, as restarted splitters do. */
async function readInPieces(source: Source<number>, range: Json, piece: number): Promise<number[]> {
  const read: number[] = [];
  let cursor: Json = null;
  for (;;) {
    let got = 0;
    for await (const given of source.read({ params: {}, limit: undefined, range, cursor })) {
      read.push(sourced(given).item);
      cursor = given.cursor;
      if (++got === piece) break;
    }
    if (got < piece) return read;
  }
}

test('slices, read in whatever pieces, hold the list once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 60 }),
      fc.option(fc.integer({ min: 1, max: 250 }), { nil: undefined }),
      async (length, perSlice, piece, limit) => {
        const all = Array.from({ length }, (_, i) => i);
        const source = list(() => all, { perSlice });
        const ranges = (await source.plan?.({ params: {}, limit })) ?? [];
        const read: number[] = [];
        for (const range of ranges) read.push(...(await readInPieces(source, range, piece)));
        expect(read).toEqual(all.slice(0, limit));
      },
    ),
    { numRuns: 60 },
  );
});

test('a long list gets larger slices, never more than 1,000', async () => {
  const source = list(() => Array.from({ length: 10_500 }), { perSlice: 1 });
  const ranges = (await source.plan?.({ params: {}, limit: undefined })) ?? [];
  expect(ranges.length).toBeLessThanOrEqual(1_000);
  expect(ranges[0]).toEqual([0, 11]);
  expect(ranges.at(-1)).toEqual([10_494, 10_500]);
});

test.each([2.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, '10', null])(
  'slices of %s items are refused when the definition is loaded',
  (perSlice) => {
    expect(() => Reflect.apply(list, undefined, [() => [], { perSlice }])).toThrow(/source: list: perSlice: /);
  },
);

test('an option that a list has not, and a loader that is no function, are refused', () => {
  expect(() => Reflect.apply(list, undefined, [() => [], { slice: 5 }])).toThrow(/source: list: slice: is no option/);
  expect(() => Reflect.apply(list, undefined, [[1, 2]])).toThrow(/source: list: load: must be a function/);
});

test('an item that is undefined does not vanish: the error names its place in the list', async () => {
  const source = list<number | undefined>(() => [7, 8, undefined, 9], { perSlice: 2 });
  const read = source.read({ params: {}, limit: undefined, range: [2, 4], cursor: null })[Symbol.asyncIterator]();
  await expect(read.next()).rejects.toThrow("The list's item 3 is undefined.");
});

test('a list that got shorter since the plan ends early', async () => {
  let items = [1, 2, 3, 4];
  const source = list(() => items);
  const [range] = (await source.plan?.({ params: {}, limit: undefined })) ?? [];
  items = [1, 2];
  expect(await readInPieces(source, range ?? null, 10)).toEqual([1, 2]);
});

test('the parameters reach the loader', async () => {
  const source = list<string, { country: string }>(({ country }) => [country]);
  const read: string[] = [];
  const context = { params: { country: 'AT' }, limit: undefined, range: [0, 1], cursor: null };
  for await (const given of source.read(context)) read.push(sourced(given).item);
  expect(read).toEqual(['AT']);
});

test.each<[what: string, given: unknown, said: string]>([
  ['a number', 5, '5'],
  ['nothing', undefined, 'undefined'],
  ['a text, which has a length too', 'abc', '"abc"'],
  ['the page that the list is in', { items: [1] }, '{"items":[1]}'],
  ['a set', new Set([1]), '{}'],
])('a loader that gives %s is an error of the source, not an empty list', async (_, given, said) => {
  const source: Source<unknown> = Reflect.apply(list, undefined, [async () => given]);
  const error = `A list's load must give an array, received ${said}.`;
  const context = { params: {}, limit: undefined };
  await expect(source.plan?.(context)).rejects.toThrow(new TypeError(error));
  const read = source.read({ ...context, range: [0, 1], cursor: null })[Symbol.asyncIterator]();
  await expect(read.next()).rejects.toThrow(new TypeError(error));
});

test.each([[null], [[0]], [['0', '1']], [{ from: 0 }], [[0, 2.5]], [[2, 1]], [[-1, 1]]])(
  'a range that is not of a list is refused: %j',
  async (range) => {
    const iterator = list(() => [1])
      .read({ params: {}, limit: undefined, range, cursor: null })
      [Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toThrow(`must be [from, to], received ${JSON.stringify(range)}`);
  },
);

test('a range of a newer release, with more behind it, is read without that', async () => {
  const read = list(() => ['a', 'b']).read({ params: {}, limit: undefined, range: [1, 2, 'more'], cursor: null });
  const items: unknown[] = [];
  for await (const item of read) items.push(item);
  expect(items).toEqual([{ item: 'b', cursor: 2 }]);
});
