import type { Section, SectionKind, SectionOf } from '../author/section.ts';
import { andMore, cellIn, line, short, shown } from './format.ts';
import { scaleOf } from './scale.ts';

/** Rows of a table or of bars that a terminal names. */
const NAMED = 3;
/** Characters of a label, and of a text. */
const [LABEL, TEXT] = [32, 100];

/** Each kind in one line; title and note are left out. Loads no charts: a command line must start fast. */
const DRAWERS: { readonly [K in SectionKind]: { line(section: SectionOf<K>): string } } = {
  figures: {
    line: ({ figures }) =>
      figures
        .map(({ label, value, unit, note }) =>
          [short(label, LABEL), short(shown(value, unit), TEXT), note && `(${short(note, TEXT)})`]
            .filter(Boolean)
            .join(' '),
        )
        .join(' · '),
  },
  histogram: {
    line: ({ buckets, unit }) => {
      const [first, last] = [buckets[0], buckets.at(-1)];
      if (!first || !last) return '';
      return `${shown(first.from)} ${skyline(buckets.map(({ count }) => count))} ${shown(last.to, unit)}`;
    },
  },
  bars: {
    line: ({ bars, unit, total = bars.length }) =>
      named(
        bars.map(({ label, value }) => [label, shown(value, unit)]),
        total,
      ),
  },
  table: {
    line: ({ columns, rows, total = rows.length }) =>
      named(
        rows.map((row) => columns.slice(0, 2).map((column, i) => cellIn(column, row[i] ?? null))),
        total,
      ),
  },
  series: {
    line: ({ lines, unit }) =>
      lines
        .slice(0, NAMED)
        .map(({ label, values }) => {
          const known = values.filter((value) => value !== null);
          return `${short(label, LABEL)} ${skyline(known.slice(-LABEL))} ${shown(known.at(-1) ?? null, unit)}`;
        })
        .join(' · ') + andMore(lines.length, NAMED),
  },
  text: { line: ({ text }) => short(text, TEXT) },
};

/** A section's title, and what it says in a line. */
export function terminalLine(section: Section): [title: string, said: string] {
  // Methods are compared both ways, so this compiles; it holds as each drawer stands under its own kind.
  const drawer: { line(section: Section): string } = DRAWERS[section.kind];
  return [short(section.title, LABEL), line(drawer.line(section)) || '–'];
}

function named(rows: readonly (readonly string[])[], total: number): string {
  const first = rows.slice(0, NAMED).map((cells) => cells.map((cell) => short(cell, LABEL)).join(' '));
  return first.join(' · ') + andMore(total, first.length);
}

const STEPS = '▁▂▃▄▅▆▇█';

/** Numbers as a row of bars. */
function skyline(values: readonly number[]): string {
  const extent = scaleOf(values);
  return values
    .map((value) => {
      const { from, length } = extent(value);
      return STEPS[Math.round((value < 0 ? from : from + length) * (STEPS.length - 1))];
    })
    .join('');
}
