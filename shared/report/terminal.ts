import type { Section, SectionKind, SectionOf } from '../author/section.ts';
import { type Format, line, short } from './format.ts';
import { scaleOf } from './scale.ts';
import { barsWritten, boundsOf, boundsWritten, columnsWritten, figuresWritten } from './sections/written.ts';

/** Rows of a table or of bars that a terminal names. */
const NAMED = 3;
/** Characters of a label, and of a text. */
const [LABEL, TEXT] = [32, 100];

/** Each kind in one line; title and note are left out. Loads no charts: a command line must start fast. */
const DRAWERS: { readonly [K in SectionKind]: { line(section: SectionOf<K>, format: Format): string } } = {
  figures: {
    line(section, format) {
      const written = figuresWritten(section, format);
      return section.figures
        .map(({ label, note }, i) =>
          [short(label, LABEL), short(written[i] ?? '', TEXT), note && `(${short(note, TEXT)})`]
            .filter(Boolean)
            .join(' '),
        )
        .join(' · ');
    },
  },
  histogram: {
    line(section, format) {
      const { buckets, unit } = section;
      const [first, last] = [buckets[0], buckets.at(-1)];
      if (!first || !last) return '';
      const say = boundsWritten(boundsOf(buckets), format);
      return `${say(first.from)} ${skyline(buckets.map(({ count }) => count))} ${say(last.to, unit)}`;
    },
  },
  bars: {
    line(section, format) {
      const { bars, total = bars.length } = section;
      const say = barsWritten(section, format);
      return named(
        bars.map(({ label, value }) => [label, say(value)]),
        total,
        format,
      );
    },
  },
  table: {
    line(section, format) {
      const { columns, rows, total = rows.length } = section;
      const decimals = columnsWritten(section, format);
      return named(
        rows.map((row) => columns.slice(0, 2).map((column, i) => format.cellIn(column, row[i] ?? null, decimals[i]))),
        total,
        format,
      );
    },
  },
  series: {
    line: ({ lines, unit }, { shown, andMore }) =>
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
export function terminalLine(section: Section, format: Format): [title: string, said: string] {
  // Methods are compared both ways, so this compiles; it holds as each drawer stands under its own kind.
  const drawer: { line(section: Section, format: Format): string } = DRAWERS[section.kind];
  return [short(section.title, LABEL), line(drawer.line(section, format)) || '–'];
}

function named(rows: readonly (readonly string[])[], total: number, { andMore }: Format): string {
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
