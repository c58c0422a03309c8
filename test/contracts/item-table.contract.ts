import { beforeEach, describe, expect, test } from 'vitest';
import { B, type Item, N, NS, S } from '../../shared/adapters/dynamodb/attributes.ts';
import {
  absent,
  all,
  any,
  below,
  type Condition,
  differs,
  equals,
  oneOf,
  present,
} from '../../shared/adapters/dynamodb/conditions.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import { numbers } from './fixtures.ts';

/**
 * The contract of {@link ItemTable}: what the stores rely on, and what DynamoDB refuses.
 * @param fresh a text that no other test's keys begin with
 */
export function describeItemTable(name: string, make: () => ItemTable, fresh: () => string): void {
  describe(`${name}: item table`, () => {
    let table: ItemTable;
    let pk: string;
    beforeEach(() => {
      table = make();
      pk = fresh();
    });
    const key = (sk = 'RUN') => ({ pk, sk });
    const stored = async (sk = 'RUN') => {
      const { pk: _pk, sk: _sk, ...rest } = (await table.get(key(sk))) ?? {};
      return rest;
    };

    test('an item comes back with its key; put replaces it whole, put if absent leaves it', async () => {
      expect(await table.get(key())).toBeUndefined();
      expect(await table.putIfAbsent(key(), { a: S('ä'), b: B(new Uint8Array([0, 255])) })).toBe(true);
      expect(await table.putIfAbsent(key(), { a: S('other') })).toBe(false);
      const item = await table.get(key());
      expect(item).toMatchObject({ pk: S(pk), sk: S('RUN'), a: S('ä') });
      expect(Array.from(item?.b?.B ?? [])).toEqual([0, 255]);
      await table.put(key(), { c: N(-1.5) });
      expect(await stored()).toEqual({ c: N(-1.5) });
    });

    test('an update sets, adds and removes at once, and gives the item behind it', async () => {
      const first = await table.update(key(), { set: { status: S('new') }, add: { n: N(2), done: NS([3]) } });
      expect(first).toEqual({ pk: S(pk), sk: S('RUN'), status: S('new'), n: N(2), done: NS([3]) });
      const second = await table.update(key(), { set: { size: N(1) }, add: { n: N(-5) }, remove: ['status', 'none'] });
      expect(second).toEqual({ pk: S(pk), sk: S('RUN'), size: N(1), n: N(-3), done: NS([3]) });
      expect(await table.get(key())).toEqual(second);
    });

    test('adding unites sets: of numbers by their value, of texts', async () => {
      await table.update(key(), { add: { done: NS([1, 10]), flags: { SS: ['a'] } } });
      const item = await table.update(key(), { add: { done: NS([10, 2]), flags: { SS: ['a', 'b'] } } });
      expect(new Set(item?.done?.NS)).toEqual(new Set(['1', '2', '10']));
      expect(new Set(item?.flags?.SS)).toEqual(new Set(['a', 'b']));
    });

    const conditions: [text: string, condition: Condition, holds: boolean][] = [
      ['absent, of none', absent('none'), true],
      ['absent, of one that is there', absent('text'), false],
      ['present', present('text'), true],
      ['present, of none', present('none'), false],
      ['equals a text', equals('text', 'b'), true],
      ['equals another text', equals('text', 'B'), false],
      ['equals a number', equals('number', 5), true],
      ['equals a number given as text', equals('number', '5'), false],
      ['equals, of none', equals('none', 'b'), false],
      ['differs', differs('text', 'c'), true],
      ['differs from itself', differs('text', 'b'), false],
      ['differs, of none', differs('none', 'b'), true],
      ['below', below('number', 6), true],
      ['below itself', below('number', 5), false],
      ['below, by value and not by digits', below('number', 10), true],
      ['below, of a text', below('text', 10), false],
      ['below, of none', below('none', 10), false],
      ['one of', oneOf('text', ['a', 'b']), true],
      ['one of others', oneOf('text', ['a', 'c']), false],
      ['one of, of none', oneOf('none', ['a', 'c']), false],
      ['all of one', all(present('text')), true],
      ['all, with one that fails', all(present('text'), absent('number')), false],
      ['any of one', any(absent('text')), false],
      ['any, with one that holds', any(absent('text'), present('number')), true],
      // Without parentheses AND would bind more strongly.
      ['all of any', all(absent('text'), any(absent('none'), present('text'))), false],
      ['any of all', any(all(present('text'), present('number')), absent('text')), true],
      ['deeper', all(any(all(any(absent('none')))), any(all(present('text')), absent('number'))), true],
    ];

    test.each(conditions)('the condition "%s" decides an update', async (_, condition, holds) => {
      const before: Item = { text: S('b'), number: N(5) };
      await table.put(key(), before);
      const item = await table.update(key(), { set: { seen: S('yes') }, condition });
      expect(item !== null).toBe(holds);
      expect(await stored()).toEqual(holds ? { ...before, seen: S('yes') } : before);
    });

    test('a failed condition on an item that is absent makes none', async () => {
      expect(await table.update(key(), { set: { a: S('x') }, condition: present('pk') })).toBeNull();
      expect(await table.get(key())).toBeUndefined();
    });

    test('a query gives one partition in the order of sort keys, from a prefix, up to a limit, or backwards', async () => {
      for (const sk of ['IN#10', 'OUT#a', 'IN#09', 'BLOCK']) await table.put(key(sk), { of: S(sk) });
      await table.put({ pk: `${pk}x`, sk: 'IN#08' }, { of: S('another') });
      const sorts = async (query: object) =>
        (await table.query({ partition: pk, ...query })).map(({ sk }) => sk?.S ?? '');
      expect(await sorts({ consistent: true })).toEqual(['BLOCK', 'IN#09', 'IN#10', 'OUT#a']);
      expect(await sorts({ prefix: 'IN#' })).toEqual(['IN#09', 'IN#10']);
      expect(await sorts({ prefix: 'IN#', descending: true, limit: 1 })).toEqual(['IN#10']);
      expect(await sorts({ limit: 3 })).toEqual(['BLOCK', 'IN#09', 'IN#10']);
      expect(await sorts({ prefix: 'none' })).toEqual([]);
      expect(await sorts({ between: ['IN#09', 'IN#10'] })).toEqual(['IN#09', 'IN#10']);
      expect(await sorts({ between: ['IN#09 ', 'P'], limit: 1, consistent: true })).toEqual(['IN#10']);
    });

    test('a query gives more than the 1 MB of one answer', async () => {
      for (const sk of ['a', 'b', 'c', 'd']) await table.put(key(sk), { large: B(new Uint8Array(380_000)) });
      expect(await table.query({ partition: pk })).toHaveLength(4);
    });

    test('the index holds the keys of items that have its own, by their newest values', async () => {
      const listing = (at: string) => ({ gpk: S(pk), gsk: S(at) });
      await table.put(key('1'), { ...listing('active#1'), more: S('x') });
      await table.put(key('2'), { ...listing('active#2') });
      await table.put(key('3'), { more: S('x') });
      await table.update(key('1'), { set: listing('ended#1') });
      const listed = (prefix: string) => table.query({ index: 'runs', partition: pk, prefix, descending: true });
      expect(await listed('active#')).toEqual([{ pk: S(pk), sk: S('2'), ...listing('active#2') }]);
      expect(await listed('ended#')).toEqual([{ pk: S(pk), sk: S('1'), ...listing('ended#1') }]);
      expect(await table.query({ index: 'runs', partition: pk, between: ['active#3', 'f'] })).toHaveLength(1);
      await table.update(key('2'), { remove: ['gpk', 'gsk'] });
      expect(await listed('active#')).toEqual([]);
    });

    test('many keys give their items in order, more than one request carries', async () => {
      for (const n of [0, 7, 149]) await table.put(key(String(n)), { n: N(n) });
      const items = await table.getMany(numbers(150).map((n) => key(String(n))));
      expect(items).toHaveLength(150);
      expect(items.flatMap((item, at) => (item ? [[at, item.n]] : []))).toEqual([
        [0, N(0)],
        [7, N(7)],
        [149, N(149)],
      ]);
    });

    const refused: [text: string, request: () => Promise<unknown>][] = [
      ['an item above 400 KB', () => table.put(key(), { large: S('x'.repeat(409_600)) })],
      ['an update that makes one', () => table.update(key(), { set: { large: B(new Uint8Array(409_600)) } })],
      ['an empty set', () => table.update(key(), { add: { done: { NS: [] } } })],
      ['an empty set behind a failed condition', () => table.putIfAbsent(key(), { done: { SS: [] } })],
      ['a set with a value twice', () => table.put(key(), { done: { NS: ['1', '1'] } })],
      ['what is no number', () => table.put(key(), { n: N(Number.NaN) })],
      ['no number in a set', () => table.update(key(), { add: { done: { NS: ['one'] } } })],
      ['an update without a clause', () => table.update(key(), { condition: absent('pk') })],
      ['an update that names an attribute twice', () => table.update(key(), { set: { a: N(1) }, remove: ['a'] })],
      ['an update of a key', () => table.update(key(), { set: { sk: S('other') } })],
      ['an empty key', () => table.put(key(''), {})],
      ['a sort key above 1 KB', () => table.put(key('x'.repeat(1_025)), {})],
      ['one key twice in a batch', () => table.getMany([key(), key()])],
      ['a query of a prefix and a range', () => table.query({ partition: pk, prefix: 'a', between: ['a', 'b'] })],
      ['a query whose range ends before it begins', () => table.query({ partition: pk, between: ['b', 'a'] })],
      ['a consistent read of an index', () => table.query({ index: 'runs', partition: pk, consistent: true })],
    ];
    test.each(refused)('%s is refused', async (_, request) => {
      await expect(request()).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await table.query({ partition: pk })).toEqual([]);
    });

    test('adding a number to a text, or to a set, is refused and changes nothing', async () => {
      await table.put(key(), { text: S('x'), done: NS([1]) });
      for (const add of [{ text: N(1) }, { done: N(1) }])
        await expect(table.update(key(), { add })).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await stored()).toEqual({ text: S('x'), done: NS([1]) });
    });
  });
}
