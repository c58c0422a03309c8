import type { Section, SectionKind, SectionOf } from '../../../../shared/author/section.ts';

/** A section of each kind, with the text given wherever data may stand, and the number wherever one may. */
export function sectionsOf(text: string, value: number): { readonly [K in SectionKind]: SectionOf<K> } {
  const base = { title: text, note: text };
  // The longest a unit may be.
  const unit = text.slice(0, 40);
  return {
    figures: {
      ...base,
      kind: 'figures',
      figures: [
        { label: text, value, unit, note: text },
        { label: text, value: text },
      ],
    },
    histogram: {
      ...base,
      kind: 'histogram',
      unit,
      buckets: [{ from: -Math.abs(value), to: Math.abs(value) + 1, count: 7 }],
    },
    bars: {
      ...base,
      kind: 'bars',
      unit,
      bars: [
        { label: text, value },
        { label: text, value: -value },
      ],
    },
    table: {
      ...base,
      kind: 'table',
      columns: [{ name: text }, { name: text, kind: 'number', unit, bar: true }, { name: text, kind: 'time' }],
      rows: [
        [text, value, 0],
        [true, null, text],
      ],
      ranked: true,
    },
    series: {
      ...base,
      kind: 'series',
      unit,
      x: { kind: 'ordinal', names: [text, text] },
      lines: [{ label: text, values: [value, null] }],
    },
    text: { ...base, kind: 'text', text: `${text}\n\n${text}` },
  };
}

/** A section of each kind, as a tame reduce returns it. */
export const TAME: readonly Section[] = [
  {
    kind: 'figures',
    title: 'Trees',
    note: 'As counted in spring.',
    figures: [
      { label: 'Planted', value: 1_250 },
      { label: 'Mean height', value: 3.2, unit: 'm', within: 0.01 },
      { label: 'Survived', value: 97.2, unit: '%', note: 'of those planted' },
      { label: 'Oldest', value: 'Ginkgo' },
      { label: 'Unknown', value: null },
    ],
  },
  {
    kind: 'histogram',
    title: 'Trees by height',
    unit: 'm',
    within: 0.01,
    buckets: [
      { from: 0, to: 1, count: 3 },
      { from: 1, to: 10, count: 5_000 },
    ],
  },
  { kind: 'bars', title: 'Trees by park', bars: [{ label: 'Prater', value: 800 }], total: 12 },
  {
    kind: 'table',
    title: 'Tallest',
    ranked: true,
    columns: [{ name: 'Tree' }, { name: 'Height', kind: 'number', unit: 'm' }, { name: 'Seen', kind: 'time' }],
    rows: [['Linde', 33, Date.UTC(2026, 10, 5, 2, 0, 13)]],
  },
  {
    kind: 'series',
    title: 'Per minute',
    unit: 'calls',
    x: { kind: 'time', at: [0, 60_000, 120_000] },
    lines: [
      { label: 'Done', values: [1, null, 3] },
      { label: 'Failed', values: [0, 0, 1] },
    ],
  },
  { kind: 'text', title: 'What was done', text: 'All were asked.\nMost are fine.\n\nSome were given water.' },
];

/** A section of each kind that holds nothing. */
export const EMPTY: readonly Section[] = [
  { kind: 'figures', title: 'No figures', figures: [] },
  { kind: 'histogram', title: 'No buckets', buckets: [] },
  { kind: 'bars', title: 'No bars', bars: [] },
  { kind: 'table', title: 'No rows', columns: [{ name: 'A column' }], rows: [] },
  { kind: 'series', title: 'No places', x: { kind: 'time', at: [] }, lines: [{ label: 'A line', values: [] }] },
  { kind: 'series', title: 'No lines', x: { kind: 'ordinal', names: ['A place'] }, lines: [] },
  { kind: 'text', title: 'No text', text: ' \n ' },
];
