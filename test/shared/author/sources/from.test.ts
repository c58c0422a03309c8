import { describe, expect, test } from 'vitest';
import type { Source } from '../../../../shared/author/source.ts';
import { type FromContext, from } from '../../../../shared/author/sources/from.ts';
import { SourceChangedError } from '../../../../shared/domain/errors.ts';
import type { Json } from '../../../../shared/domain/json.ts';
import { itemsOf, readAll, sourceContract } from '../../../contracts/source.contract.ts';

const NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6];
const isOdd = (n: number) => n % 2 === 1;

async function* numbers() {
  yield* NUMBERS;
}

async function itemsBehind<I>(source: Source<I>, cursor: Json): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const given of source.read({ params: {}, limit: undefined, range: null, cursor })) items.push(given);
  return items;
}

describe('from', () => {
  sourceContract('a generator', () => from(numbers), NUMBERS);
  sourceContract('the wanted of one', () => from(numbers, { where: isOdd }), NUMBERS.filter(isOdd));
  sourceContract('a list', () => from(() => NUMBERS), NUMBERS);
  sourceContract(
    'a generator that goes on behind a cursor',
    () =>
      from(
        async function* ({ cursor }: FromContext<unknown, number>) {
          for (let n = (cursor ?? 0) + 1; n <= 8; n++) yield { n };
        },
        { cursor: ({ n }) => n, where: ({ n }) => isOdd(n) },
      ),
    [1, 3, 5, 7].map((n) => ({ n })),
  );

  test.each<[what: string, second: readonly number[]]>([
    ['another item', [3, 1, 5, 1, 5]],
    ['another order', [1, 3, 4, 1, 5]],
    ['fewer items', [3, 1]],
    ['one more at the beginning', [7, 3, 1, 4, 1, 5]],
  ])('a generator that gives %s the second time is noticed', async (_, second) => {
    const [, , third] = await readAll(from(numbers));
    const again = from(() => second);
    await expect(itemsBehind(again, third?.cursor ?? null)).rejects.toThrow(SourceChangedError);
  });

  test('what follows behind the items that were taken may change', async () => {
    const [, , third] = await readAll(from(numbers));
    const again = await itemsBehind(
      from(() => [3, 1, 4, 8]),
      third?.cursor ?? null,
    );
    expect(again).toMatchObject([{ item: 8 }]);
  });

  test('the generator is told of a limit, but not where some items are not wanted', async () => {
    const told: unknown[] = [];
    const asked = ({ limit }: FromContext) => {
      told.push(limit);
      return NUMBERS;
    };
    await readAll(from(asked), 2);
    await readAll(from(asked, { where: isOdd }), 2);
    expect(told).toEqual([2, undefined]);
  });

  test('an item that is no JSON is named', async () => {
    await expect(itemsOf(from(() => [1, undefined]))).rejects.toThrow('item 2 is undefined');
  });

  test('the generator is closed where no more is wanted', async () => {
    let closed = false;
    const source = from(async function* () {
      try {
        yield* NUMBERS;
      } finally {
        closed = true;
      }
    });
    for await (const _ of source.read({ params: {}, limit: 1, range: null, cursor: null })) break;
    expect(closed).toBe(true);
  });

  test.each<[unknown, string]>([
    [5, 'received 5'],
    ['abc', 'received "abc"'],
    [undefined, 'received undefined'],
    [Promise.resolve([1]), 'received a promise (async function* is meant, perhaps)'],
  ])('a function that gives %s is refused', async (given, message) => {
    const source: Source<unknown> = Reflect.apply(from, undefined, [() => given]);
    await expect(itemsOf(source)).rejects.toThrow(`must be a generator or give a list, ${message}`);
  });

  test('what is no generator function, or no option, is refused', () => {
    expect(() => Reflect.apply(from, undefined, [[1, 2]])).toThrow(/source: from: generate: must be a function/);
    expect(() => Reflect.apply(from, undefined, [() => [], { after: 1 }])).toThrow(/source: from: after: is no option/);
  });
});
