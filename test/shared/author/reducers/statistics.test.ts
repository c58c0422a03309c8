import { describe, expect, expectTypeOf, it } from 'vitest';
import { definePipeline } from '../../../../shared/author/definition.ts';
import { count } from '../../../../shared/author/reducers/count.ts';
import { MAX_GROUPS, OTHER } from '../../../../shared/author/reducers/groups.ts';
import { statistics } from '../../../../shared/author/reducers/statistics.ts';
import { list } from '../../../../shared/author/sources/list.ts';
import { DefinitionError } from '../../../../shared/domain/errors.ts';
import type { Row, SucceededRow } from '../../../../shared/domain/row.ts';
import { NO_COUNTS } from '../../../../shared/domain/run.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, read, row, sectionsOf } from './rows.ts';

const reduce = statistics<City, Answer>({ value: 'km', groupBy: 'country', label: 'city' });

function reduced(rows: readonly SucceededRow<City, Answer>[], by = reduce) {
  const accumulator = by.start();
  for (const each of rows) accumulator.add(each);
  return accumulator;
}

describe('what is measured', () => {
  it('leaves out values that are no finite number', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, '7', null, undefined].map((km, i) =>
      row(i, 0, { result: JSON.parse('{}'), item: { city: 'x', ...Object(km === undefined ? {} : { km }) } }),
    );
    expect(read(reduced([...odd, row(9, 3)]))).toMatchObject({ count: 1, min: 3, max: 3, mean: 3 });
  });

  it('survives answers of any shape', () => {
    const shapes = ['null', '"text"', '[1]', '{"km":{"km":1}}', '{"__proto__":{"km":5}}'];
    const rows = shapes.map((text, i) => row(i, 0, { result: JSON.parse(text) }));
    expect(read(reduced(rows))).toMatchObject({
      count: 0,
      min: null,
      median: null,
      mean: null,
      histogram: [],
      top: [],
    });
  });

  it('takes zeros, negative numbers and the extremes of the number range', () => {
    const values = [-Number.MAX_VALUE, -1e-300, -2, 0, 0, 5e-324, 1e-300, Number.MAX_VALUE, Number.MAX_VALUE];
    const summary = read(reduced(values.map((value, i) => row(i, value))));
    expect(summary).toMatchObject({ count: 9, min: -Number.MAX_VALUE, median: 0, max: Number.MAX_VALUE });
    expect(summary.histogram.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(9);
    const parsed = JSON.parse(JSON.stringify(reduced(values.map((value, i) => row(i, value)))));
    const merged = reduce.start();
    merged.merge(parsed);
    expect(read(merged)).toEqual(summary);
  });

  it('prefers the answer for the value, the item for group and label', () => {
    const by = statistics<unknown, unknown>({ value: 'v', groupBy: 'g', label: 'l' });
    const accumulator = by.start();
    accumulator.add(
      row(1, 0, JSON.parse('{"item":{"v":1,"g":"item","l":"item"},"result":{"v":2,"g":"result","l":"result"}}')),
    );
    expect(read(accumulator, 'v')).toMatchObject({
      max: 2,
      groups: [{ group: 'item' }],
      top: [{ label: 'item', value: 2 }],
    });
  });
});

describe('several values', () => {
  interface Trip {
    readonly trip: { readonly km: number } | null;
    readonly price?: number;
  }
  const by = statistics<City, Trip>({
    values: { km: { unit: 'km', of: ({ result }) => result?.trip?.km }, price: 'price', city: {} },
    groupBy: { name: 'initial', of: ({ item }) => item.city.slice(0, 1) },
  });
  const trip = (n: number, result: Trip): SucceededRow<City, Trip> => ({ ...row(n, 0), result });
  const rows = [
    trip(1, { trip: { km: 3 }, price: 10 }),
    trip(2, { trip: null, price: 20 }),
    trip(3, { trip: { km: 4 } }),
  ];

  it('are each read as it says: nested, by a field, or not there', () => {
    const sections = sectionsOf(by, rows);
    expect(sections.map(({ key }) => key)).toEqual([
      ...['km', 'km/histogram', 'km/highest', 'km/groups'],
      ...['price', 'price/histogram', 'price/highest', 'price/groups'],
      'city',
    ]);
    expect(sections[0]).toMatchObject({
      figures: [
        { key: 'count', value: 2, note: '1 succeeded without a number' },
        { key: 'min', value: 3, unit: 'km' },
        { key: 'median', value: 3.5, unit: 'km' },
        { key: 'mean' },
        { key: 'p95', value: 3.95 },
        { key: 'max', value: 4 },
      ],
    });
    expect(sections[3]).toMatchObject({ rows: [['C', 3.5, 2]], columns: [{}, { unit: 'km' }, {}] });
  });

  it('are columns of the report, and keep the laws of a reduce', () => {
    expect(by.columns).toEqual(['initial', 'km', 'price', 'city']);
    expect(by.cells(trip(7, { trip: { km: 3 } }))).toEqual(['C', 3, null, 'City 7']);
    checkLaws(by, rows);
  });

  it('are measured all or not at all: a row on which one throws is in none', () => {
    const throws = statistics<City, Answer>({
      values: {
        km: 'km',
        broken: () => {
          throw new Error('broken');
        },
      },
    });
    const accumulator = throws.start();
    expect(() => accumulator.add(row(1, 1))).toThrow('broken');
    expect(read(accumulator).count).toBe(0);
  });
});

it('says of integers what there is, exactly, and of many what is known', () => {
  const some = read(reduced([49, 50, 51, 52].map((km, n) => row(n, km))));
  expect(some).toMatchObject({ median: 50.5, p95: 51.85 });
  const many = Array.from({ length: 10_002 }, (_, n) => row(n, n));
  const [figures] = sectionsOf(statistics<City, Answer>({ value: 'km' }), many);
  expect(figures).toMatchObject({
    figures: [
      {},
      {},
      {
        key: 'median',
        within: 0.005,
        value: expect.toSatisfy((value: number) => value % 10 === 0 && Math.abs(value - 5_000) <= 25),
      },
      {},
      { key: 'p95', within: 0.005 },
      {},
    ],
  });
});

describe('the highest', () => {
  it('are exact, and equals stand in input order whatever order they come in', () => {
    const rows = Array.from({ length: 300 }, (_, n) => row(n, n === 150 ? 9 : 7));
    const expected = [150, 0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => `City ${n}`);
    expect(read(reduced(rows)).top.map(({ label }) => label)).toEqual(expected);
    expect(read(reduced([...rows].reverse())).top.map(({ label }) => label)).toEqual(expected);
  });

  it('are named by id without a label, and are as many as asked for', () => {
    const by = statistics<City, Answer>({ value: 'km', top: 1 });
    expect(read(reduced([row(3, 1), row(300, 2)], by)).top).toEqual([{ label: '0-0.1.44', value: 2 }]);
    expect(read(reduced([row(3, 1)], statistics({ value: 'km', top: 0 }))).top).toEqual([]);
  });
});

describe('groups', () => {
  it('stand by size, then name; rows without one are told apart', () => {
    const of = (n: number, country: string) => row(n, n, { item: { city: 'x', country } });
    const rows = [of(1, 'B'), of(2, 'A'), of(3, 'C'), of(4, 'C'), row(5, 5, { item: { city: 'x' } })];
    expect(read(reduced(rows)).groups.map(({ group, count }) => [group, count])).toEqual([
      ['C', 2],
      ['(none)', 1],
      ['A', 1],
      ['B', 1],
    ]);
  });

  it('are told apart by their whole name, however late they differ; a name is cut where a character ends', () => {
    const start = '👩‍👩‍👧‍👦 of the Long Name '.repeat(9);
    const of = (n: number, country: string) => row(n, n, { item: { city: 'x', country } });
    const groups = read(reduced([of(1, `${start}1`), of(2, `${start}2`), of(3, `${start}2`)])).groups;
    expect(groups.map(({ count }) => count)).toEqual([2, 1]);
    const names = groups.map(({ group }) => String(group));
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(200);
      expect(name).toMatch(/^(👩‍👩‍👧‍👦 of the Long Name )+.*… #[0-9a-f]{16}$/u);
      // A torn character would come back as another.
      expect(Buffer.from(name).toString()).toBe(name);
    }
    const exact = 'x'.repeat(120);
    expect(read(reduced([of(1, `${exact}a`), of(2, `${exact}b`)])).groups.map(({ group }) => group)).toEqual([
      `${exact}a`,
      `${exact}b`,
    ]);
  });

  it('beyond the cap become one, the same in any order and split', () => {
    const names = Array.from({ length: 2 * MAX_GROUPS + 500 }, (_, n) =>
      String((n * 7_919) % 100_003).padStart(6, '0'),
    );
    const rows = [...names, ...names].map((country, n) => row(n, (n % 50) + 1, { item: { city: 'x', country } }));
    const whole = read(reduced(rows));
    expect(whole.groups).toHaveLength(MAX_GROUPS + 1);
    expect(whole.groups.at(-1)).toMatchObject({ group: OTHER, count: 2 * (MAX_GROUPS + 500) });
    expect(new Set(whole.groups.map(({ group }) => group))).toEqual(
      new Set([...[...names].sort().slice(0, MAX_GROUPS), OTHER]),
    );
    checkLaws(reduce, rows, { cases: 1 });
  });
});

it('refuses to merge what is not a part', () => {
  expect(() => reduce.start().merge({ measures: [{ sum: [1, 0] }] })).toThrow(/all/);
  const {
    measures: [part],
  } = JSON.parse(JSON.stringify(reduced([row(1, 2)])));
  expect(() => reduce.start().merge({ measures: [{ ...part, all: [0, '1*-3', ''] }] })).toThrow('received "1*-3"');
});

it('keeps a segment of 65,536 rows with 240 groups small', () => {
  let state = 42;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const rows = Array.from({ length: 65_536 }, (_, n) =>
    row(n, 30 * Math.exp(2 * random() - 2 * random()), { item: { city: 'x', country: `C${n % 240}` } }),
  );
  expect(JSON.stringify(reduced(rows)).length).toBeLessThan(500_000);
});

describe('a wrong option is refused when the definition is loaded', () => {
  /** As JavaScript users call it: nothing is checked before. */
  const issuesOf = (of: (...given: never[]) => unknown, ...given: unknown[]) => {
    try {
      Reflect.apply(of, undefined, given);
    } catch (error) {
      if (error instanceof DefinitionError) return error.issues;
      throw error;
    }
    return [];
  };

  it.each<[what: string, options: unknown, path: string, said: string, received: unknown]>([
    ['no value', {}, 'value', 'must be the name of a field', undefined],
    ['a value without a name', { value: '' }, 'value', 'must be the name of a field', ''],
    ['a function for a name', { value: 'km', groupBy: Number }, 'groupBy', 'must be the name of a field', Number],
    ['more than a list is long', { value: 'km', top: 500 }, 'top', '<=100', 500],
    ['half a row', { value: 'km', top: 1.5 }, 'top', 'int', 1.5],
    ['columns in one text', { value: 'km', columns: 'km' }, 'columns', 'must be a list of columns', 'km'],
    ['a column of nothing', { value: 'km', columns: ['km', { name: 'x' }] }, 'columns.1', '{ name, of', { name: 'x' }],
    ['value and values', { value: 'km', values: { km: 'km' } }, 'values', 'stands in the place of value', { km: 'km' }],
    ['no values', { values: {} }, 'values', 'must name a value', {}],
    ['a value of nothing', { values: { km: 5 } }, 'values.km', 'or { of, unit }', 5],
    [
      'another option',
      { value: 'km', labels: 'city' },
      'labels',
      'value, values, groupBy, label, groupLabel, childLabel, columns, top',
      'city',
    ],
  ])('%s', (_, options, path, said, received) => {
    expect(issuesOf(statistics, options)).toEqual([
      { path: `reduce: statistics: ${path}`, message: expect.stringContaining(said), received },
    ]);
  });

  it('as are several at once, and none at all', () => {
    expect(issuesOf(statistics, { valu: 'km' }).map(({ path }) => path)).toEqual([
      'reduce: statistics: valu',
      'reduce: statistics: value',
    ]);
    expect(issuesOf(statistics).map(({ path }) => path)).toEqual(['reduce: statistics']);
    expect(() => statistics({ value: 'km', top: 500 })).toThrow(
      /^A pipeline is not valid:\n {2}reduce: statistics: top: .*<=100 \(received 500\)$/,
    );
    expect(issuesOf(count, { column: ['km'] }).map(({ path }) => path)).toEqual(['reduce: count: column']);
  });
});

describe('count', () => {
  it('counts what succeeded and measures nothing', () => {
    const reduceCount = count<City, Answer>({ columns: ['city'] });
    const rows = [row(1, 1), row(2, 1)];
    const accumulator = reduceCount.start();
    for (const each of rows) accumulator.add(each);
    expect(accumulator.toJSON()).toBe(2);
    expect(accumulator.sections({ counts: NO_COUNTS })).toEqual([]);
    expect(reduceCount.cells(row(4, 1))).toEqual(['City 4']);
  });
});

it('calls children and groups what the definition calls them, or else by their fields', () => {
  const heads = (options: { groupLabel?: string; childLabel?: string }) =>
    sectionsOf(statistics<City, Answer>({ value: 'km', groupBy: 'country', label: 'city', ...options }), [row(1, 1)])
      .filter((section) => section.kind === 'table')
      .map(({ title, columns }) => [title, columns[0]?.name]);
  expect(heads({ groupLabel: 'Country', childLabel: 'City' })).toEqual([
    ['The highest by km', 'City'],
    ['Median km by Country', 'Country'],
  ]);
  expect(heads({})).toEqual([
    ['The highest by km', 'city'],
    ['Median km by country', 'country'],
  ]);
});

it('names a column once that is label and group at once', () => {
  expect(statistics({ value: 'km', groupBy: 'country', label: 'country' }).columns).toEqual(['country', 'km']);
});

it("types a user's columns by item and answer", () => {
  const by = statistics<City, Answer>({
    value: 'km',
    columns: [
      'city',
      {
        name: 'miles',
        of: (each) => {
          expectTypeOf(each).toEqualTypeOf<Row<City, Answer>>();
          return each.result === null ? null : each.result.km / 1.609;
        },
      },
      { name: 'nothing', of: () => undefined },
    ],
  });
  // @ts-expect-error: no such field
  statistics<City, Answer>({ value: 'kilometers' });
  expect(by.columns).toEqual(['city', 'miles', 'nothing']);
  expect(by.cells(row(1, 16.09))).toEqual(['City 1', expect.closeTo(10), null]);
  const pipeline = definePipeline({
    name: 'p',
    source: list<City>(() => [{ city: 'x' }]),
    endpoint: { service: 's', path: '/' },
    reduce: by,
  });
  expect(pipeline.reduce).toBe(by);
  const throwing = statistics<City, Answer>({ value: 'km', columns: [{ name: 'bad', of: () => JSON.parse('{') }] });
  expect(() => throwing.cells(row(1, 1))).toThrow(/Column "bad" can't be made for child 0-0\.0\.1/);
});
