import { describe, expect, expectTypeOf, test } from 'vitest';
import { checkSections, knownSections, SECTION_LIMITS, type Section } from '../../../shared/author/section.ts';
import { SectionsError } from '../../../shared/domain/errors.ts';
import { sectionsOf, TAME } from '../report/sections/samples.ts';

/** What is said of sections that untyped code returned. */
function said(of: unknown): string {
  try {
    checkSections(of);
  } catch (error) {
    if (error instanceof SectionsError) return error.message;
    throw error;
  }
  return '';
}

test('what is right comes back as it was', () => {
  expect(checkSections(TAME)).toEqual(TAME);
  expect(checkSections([])).toEqual([]);
  expectTypeOf<Section['title']>().toEqualTypeOf<string>();
});

test('the bounds of what is right: the first and last moment, and a last bucket of one point', () => {
  const right = [
    { kind: 'series', title: 'S', x: { kind: 'time', at: [-LATEST, LATEST] }, lines: [] },
    { kind: 'table', title: 'T', columns: [{ name: 'a', kind: 'time' }], rows: [[LATEST], [-LATEST], [null], ['x']] },
    buckets([-1, 0], [0, 5], [5, 5]),
    buckets([3, 3]),
  ];
  expect(checkSections(right)).toEqual(right);
});

const figures = (...list: unknown[]) => ({ kind: 'figures', title: 'Trees', figures: list });
const buckets = (...bounds: (readonly [from: number, to: number])[]) => ({
  kind: 'histogram',
  title: 'H',
  buckets: bounds.map(([from, to]) => ({ from, to, count: 1 })),
});
/** The latest moment that a date can hold. */
const LATEST = 8.64e15;
const many = <T>(length: number, of: T) => Array.from({ length }, () => of);

describe('what is wrong is named by section and path', () => {
  test.each<[what: string, sections: unknown, path: string]>([
    ['none at all', undefined, 'sections: '],
    ['another kind', [TAME[0], { kind: 'hologram', title: 'Trees' }], 'sections.1.kind ("Trees"): '],
    ['no title', [{ ...TAME[0], title: undefined }], '  sections.0.title: '],
    ['a number that is none', [figures({ label: 'x', value: Number.NaN })], 'sections.0.figures.0.value ("Trees"): '],
    ['one without end', [figures({ label: 'x', value: 1 / 0 })], 'must be a finite number, a text or null'],
    [
      'a row that does not fit',
      [{ kind: 'table', title: 'T', columns: [{ name: 'a' }, { name: 'b' }], rows: [['x', 1], ['y']] }],
      'sections.0.rows.1 ("T"): has 1 cells for 2 columns',
    ],
    [
      'a table without columns',
      [{ kind: 'table', title: 'T', columns: [], rows: [] }],
      'sections.0.columns ("T"): must',
    ],
    [
      'a line that does not fit',
      [{ kind: 'series', title: 'S', x: { kind: 'time', at: [1, 2] }, lines: [{ label: 'l', values: [1] }] }],
      'sections.0.lines.0.values ("S"): has 1 values for 2 places of x',
    ],
    [
      'time that goes back',
      [{ kind: 'series', title: 'S', x: { kind: 'time', at: [2, 1] }, lines: [] }],
      'sections.0.x.at ("S"): must rise',
    ],
    [
      'a time beyond all dates',
      [{ kind: 'series', title: 'S', x: { kind: 'time', at: [1, LATEST + 2] }, lines: [] }],
      'sections.0.x.at.1 ("S"): must be a moment',
    ],
    [
      'a cell of a time beyond all dates',
      [{ kind: 'table', title: 'T', columns: [{ name: 'a' }, { name: 'b', kind: 'time' }], rows: [[1e300, -1e300]] }],
      'sections.0.rows.0.1 ("T"): must be a moment',
    ],
    ['a bucket that falls', [buckets([1, 2], [2, 1])], 'sections.0.buckets.1.to ("H"): must be above'],
    ['a bucket of one point before others', [buckets([1, 1], [1, 2])], 'sections.0.buckets.0.to ("H"): must be above'],
    ['a gap between buckets', [buckets([1, 2], [3, 4])], 'sections.0.buckets.1.from ("H"): must be the `to`'],
    ['buckets that overlap', [buckets([1, 3], [2, 4])], 'sections.0.buckets.1.from ("H"): must be the `to`'],
    [
      'two of one key',
      [
        { ...figures(), key: 'a' },
        { ...figures(), key: 'a' },
      ],
      'sections.1.key ("Trees"): is the key of an earlier section too',
    ],
    [
      'two figures of one key',
      [figures({ label: 'x', value: 1, key: 'k' }, { label: 'y', value: 2, key: 'k' })],
      'sections.0.figures.1.key ("Trees"): is the key of an earlier figure too',
    ],
  ])('%s', (_, sections, path) => {
    expect(said(sections)).toContain(path);
  });

  test('but no value: it may be personal', () => {
    expect(said([figures({ label: 'x'.repeat(2_000), value: 1 }, { label: 'y', value: { name: 'Ada' } })])).not.toMatch(
      /xxx|Ada/,
    );
  });

  test('and of thousands only the first few', () => {
    const rows = many(2_000, [{}]);
    const message = said([{ kind: 'table', title: 'T', columns: [{ name: 'a' }], rows }]);
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toContain('and 1990 more');
  });
});

describe('limits', () => {
  const L = SECTION_LIMITS;
  const bar = { label: 'x', value: 1 };
  const column = { name: 'x' };
  test.each<[what: string, of: (n: number) => unknown, most: number]>([
    ['sections', (n) => many(n, figures()), L.sections],
    ['figures', (n) => [figures(...many(n, bar))], L.figures],
    ['buckets', (n) => [buckets(...Array.from({ length: n }, (_, i) => [i, i + 1] as const))], L.buckets],
    ['bars', (n) => [{ kind: 'bars', title: 'x', bars: many(n, bar) }], L.bars],
    ['columns', (n) => [{ kind: 'table', title: 'x', columns: many(n, column), rows: [many(n, 'x')] }], L.columns],
    ['rows', (n) => [{ kind: 'table', title: 'x', columns: [column], rows: many(n, ['x']) }], L.rows],
    ['label', (n) => [figures({ label: 'x'.repeat(n), value: 1 })], L.label],
    ['unit', (n) => [figures({ label: 'x', value: 1, unit: 'x'.repeat(n) })], L.unit],
    ['text', (n) => [{ kind: 'text', title: 'x', text: 'x'.repeat(n) }], L.text],
    [
      'points and lines',
      (n) => {
        const names = many(n, 'x');
        return [
          { kind: 'series', title: 'x', x: { kind: 'ordinal', names }, lines: [{ label: 'x', values: many(n, 1) }] },
        ];
      },
      L.points,
    ],
  ])('%s: the most is taken, one more is refused', (_, of, most) => {
    expect(said(of(most))).toBe('');
    expect(said(of(most + 1))).toMatch(new RegExp(`${most}|allowed`));
  });

  test('all of it together', () => {
    const long = 'x'.repeat(1_000);
    const table = { kind: 'table', title: 'x', columns: [column], rows: many(1_000, [long]) };
    expect(said([table, table])).toBe('');
    expect(said([table, table, table])).toMatch(/^ {2}sections: come to \d+ characters of JSON; allowed are 2097152$/m);
  });
});

test('a stored report is read as far as it is known', () => {
  const newer = { kind: 'figures', title: 'x', figures: [{ label: 'x', value: 1, trend: 'up' }], colour: 'red' };
  expect(knownSections([{ kind: 'hologram' }, newer, null, 'x'])).toEqual([
    { kind: 'figures', title: 'x', figures: [{ label: 'x', value: 1 }] },
  ]);
});

test('the samples of the other tests are such as a reduce may return', () => {
  expect(checkSections(Object.values(sectionsOf('x', 1)))).toHaveLength(6);
});
