import { describe, expect, test } from 'vitest';
import { tallTrees } from '../../docs/examples/own-reduce.ts';
import type { Cell } from '../../shared/author/columns.ts';
import type { Accumulator, Reduce } from '../../shared/author/reduce.ts';
import { count } from '../../shared/author/reducers/count.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';
import type { Section } from '../../shared/author/section.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { Row } from '../../shared/domain/row.ts';
import { checkLaws, LawError, type SampleRow } from '../../testing/check-laws.ts';

interface Item {
  readonly name: string;
}
interface Answer {
  readonly score: number;
}

const scored = (score: number, i = 0): SampleRow<Item, Answer> => ({ item: { name: `n${i}` }, result: { score } });
const failed: SampleRow<Item, Answer> = { item: { name: 'failed' }, status: 'FAILED', reason: 'timeout', result: null };
const ROWS = [...Array.from({ length: 30 }, (_, i) => scored(((i * 7) % 11) + 0.1, i)), failed];

/** A sum of scores, as it should be. */
class Sum implements Accumulator<Item, Answer> {
  sum = 0;
  add({ result }: Row<Item, Answer>): void {
    this.sum += result?.score ?? 0;
  }
  merge(other: Json): void {
    this.sum += Number(other);
  }
  toJSON(): Json {
    return this.sum;
  }
  sections(): Section[] {
    return [{ kind: 'figures', title: 'Sum', figures: [{ label: 'sum', value: this.sum }] }];
  }
}

const by = (
  Kind: new () => Accumulator<Item, Answer>,
  cells: (row: Row<Item, Answer>) => Cell[] = ({ item }) => [item.name],
): Reduce<Item, Answer> => ({ columns: ['name'], cells, start: () => new Kind() });

class Mean extends Sum {
  count = 0;
  override add(row: Row<Item, Answer>): void {
    super.add(row);
    this.count++;
  }
  override merge(other: Json): void {
    const [sum, count] = Array.isArray(other) ? other : [];
    super.merge(sum ?? 0);
    this.count += Number(count);
  }
  override toJSON(): Json {
    return [this.sum, this.count];
  }
  override sections(): Section[] {
    return [{ kind: 'figures', title: 'Mean', figures: [{ label: 'mean', value: this.sum / this.count }] }];
  }
}

class Last extends Sum {
  override add({ result }: Row<Item, Answer>): void {
    this.sum = result?.score ?? 0;
  }
}

class ReadingCounts extends Sum {
  override toJSON(): Json {
    this.sum += 1;
    return this.sum;
  }
}

class Rounded extends Sum {
  override toJSON(): Json {
    return Math.floor(this.sum);
  }
}

class LastPart extends Sum {
  override merge(other: Json): void {
    this.sum = Number(other);
  }
}

/** What it merged it doesn't store. */
class Forgetful extends Sum {
  own = 0;
  parts = 0;
  override merge(other: Json): void {
    this.parts += 1;
    if (this.parts === 1) this.own = Number(other);
    super.merge(other);
  }
  override toJSON(): Json {
    return this.parts > 1 ? this.own : this.sum;
  }
}

class CountsParts extends Sum {
  override toJSON(): Json {
    return this.sum || 1;
  }
}

/** Rows behind a merge are lost. */
class MergedIsFull extends Sum {
  merged = false;
  override merge(other: Json): void {
    this.merged = true;
    super.merge(other);
  }
  override add(row: Row<Item, Answer>): void {
    if (!this.merged) super.add(row);
  }
}

class Renaming extends Sum {
  override add(row: Row<Item, Answer>): void {
    super.add(row);
    Object.assign(row.item, { name: 'seen' });
  }
}

class Throwing extends Sum {
  override merge(): void {
    throw new RangeError('no room');
  }
}

function breach(reduce: Reduce<Item, Answer>, rows = ROWS): LawError {
  try {
    checkLaws(reduce, rows);
  } catch (error) {
    if (error instanceof LawError) return error;
    throw error;
  }
  throw new Error('The reduce keeps all laws.');
}

test.each<[string, Reduce<Item, Answer>]>([
  ['a sum', by(Sum)],
  ['count', count({ columns: ['name'] })],
  ['statistics', statistics({ value: 'score', groupBy: 'name', label: 'name' })],
])('%s keeps all laws', (_, reduce) => {
  checkLaws(reduce, ROWS);
});

test('the reduce of the docs keeps all laws', () => {
  checkLaws(
    tallTrees,
    [12, 31, 40, 35].map((metres, id) => ({ item: { id }, result: { park: 'Prater', metres } })),
  );
});

describe('what breaks a law is caught, in the smallest case:', () => {
  let asked = 0;
  test.each<[law: string, what: string, reduce: Reduce<Item, Answer>, rows: number]>([
    ['repetition', 'reading that changes what is read', by(ReadingCounts), 0],
    ['order', 'only the last row counts', by(Last), 2],
    ['storing', 'less is stored than shown', by(Rounded), 1],
    ['emptiness', 'an empty part counts', by(CountsParts), 0],
    ['storing', 'what is stored can’t be merged', by(Throwing), 0],
    ['grouping', 'only the last part counts', by(LastPart), 1],
    ['merging what is merged', 'what was merged isn’t stored', by(Forgetful), 1],
    ['redrive', 'rows behind a merge are lost', by(MergedIsFull), 1],
    ['rows', 'a row is changed', by(Renaming), 1],
    ['cells', 'a row has other cells each time', by(Sum, () => [asked++]), 1],
    ['cells', 'a row has too many cells', by(Sum, () => [1, 2]), 1],
    ['nothing to measure', 'a mean of no rows is no number', by(Mean), 0],
  ])('%s: %s', (law, _, reduce, rows) => {
    const error = breach(reduce);
    expect([error.law, error.parts.flat().length]).toEqual([law, rows]);
  });
});

test('what is said names the law, the rows, both results and the place', () => {
  expect(breach(by(Last), [1, 2, 2, 2].map(scored)).message).toMatchInlineSnapshot(`
    "The reduce breaks the law of order. Rows come to the same in any order.
    The smallest case that was found (seed 1):
      part 1: [{"id":"0-0.0.0","item":{"name":"n0"},"status":"SUCCEEDED","result":{"score":1}},{"id":"0-0.0.2","item":{"name":"n2"},"status":"SUCCEEDED","result":{"score":2}}]
    in this order: {"sections":[{"title":"Sum","kind":"figures","figures":[{"label":"sum","value":2}]}]}
    the other way round: {"sections":[{"title":"Sum","kind":"figures","figures":[{"label":"sum","value":1}]}]}
    They differ first at sections.0.figures.0.value."
  `);
  const thrown = breach(by(Throwing)).message;
  expect(thrown).toMatch(/^The reduce failed under the law of storing\./);
  expect(thrown).toContain('stored and merged: {"failed":"merge(): RangeError at Throwing.merge');
});

test('sums of fractions may differ in their last digits', () => {
  const fractions = [0.1, 0.2, 0.3, 1e9, 1e-9].map(scored);
  checkLaws(by(Sum), fractions);
  expect(() => checkLaws(by(Sum), fractions, { tolerance: 0 })).toThrow(LawError);
});

test('rows are typed as the reduce’s, and one has to have succeeded', () => {
  // @ts-expect-error: no such answer
  checkLaws(by(Sum), [{ item: { name: 'x' }, result: { points: 1 } }]);
  expect(() => checkLaws(by(Sum), [failed])).toThrow('checkLaws needs a row that SUCCEEDED, received ["FAILED"].');
});

test.each([
  [{ cases: 0 }, 'cases: ', '0'],
  [{ cases: -3 }, 'cases: ', '-3'],
  [{ cases: Number.NaN }, 'cases: ', 'NaN'],
  [{ cases: 'x' }, 'cases: ', '"x"'],
  [{ tolerance: 5 }, 'tolerance: ', '5'],
  [{ seed: 'x' }, 'seed: must be a whole number', '"x"'],
  [{ tolerence: 0 }, 'tolerence: is no option here; allowed are seed, cases, tolerance', '0'],
])('options that check nothing, or not what was meant, are refused: %j', (options, says, received) => {
  const check = () => Reflect.apply(checkLaws, undefined, [by(Sum), ROWS, options]);
  expect(check).toThrow(TypeError);
  expect(check).toThrow(says);
  expect(check).toThrow(`(received ${received})`);
});

test.each<[string, unknown, unknown, string]>([
  ['no reduce', {}, ROWS, 'takes a reduce, received {}'],
  ['no rows', by(Sum), null, 'takes a list of rows, received null'],
  ['a row that is none', by(Sum), [...ROWS, null], 'Row 32 must have item and result, received null'],
  ['a row without a result', by(Sum), [{ item: { name: 'x' } }], 'Row 1 must have item and result'],
  ['an item that no run has', by(Sum), [{ ...scored(1), item: 1n }], 'Row 1: item is a bigint'],
  ['a result that no service sends', by(Sum), [scored(Number.NaN)], 'Row 1: result has NaN at $.score'],
])('%s is refused in words', (_, reduce, rows, says) => {
  expect(() => Reflect.apply(checkLaws, undefined, [reduce, rows])).toThrow(says);
});
