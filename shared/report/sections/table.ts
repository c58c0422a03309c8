import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { cutNote, dateTime, number, short, shown } from '../format.ts';
import { MAIL_ROWS, rows as mailRows } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { aligned, TEXT_ROWS } from '../text-lines.ts';
import type { Drawer, Html } from './drawer.ts';

type Table = SectionOf<'table'>;
type Column = Table['columns'][number];
type Cell = Table['rows'][number][number];

/** Columns that fit into a mail or a text. */
const FEW_COLUMNS = 5;

function shownIn({ kind, unit }: Column, cell: Cell): string {
  return kind === 'time' && typeof cell === 'number' ? dateTime(cell) : shown(cell, unit);
}

function isAtEnd({ kind = 'text', align = kind === 'number' ? 'end' : 'start' }: Column): boolean {
  return align === 'end';
}

/** The first columns, ranks as one of them. */
function few({ columns, ranked }: Table): { heads: Column[]; cellsOf: (row: readonly Cell[], i: number) => string[] } {
  const kept = columns.slice(0, FEW_COLUMNS);
  const rank: Column[] = ranked ? [{ name: '#', kind: 'number' }] : [];
  return {
    heads: [...rank, ...kept],
    cellsOf: (row, i) => [
      ...rank.map(() => number(i + 1)),
      ...kept.map((column, at) => shownIn(column, row[at] ?? null)),
    ],
  };
}

/** What a narrow medium leaves out. */
function notes({ rows, columns, total = rows.length }: Table, most: number): string[] {
  const hidden = Number.isFinite(most) ? columns.slice(FEW_COLUMNS) : [];
  return [
    ...cutNote(total, Math.min(most, rows.length)),
    ...(hidden.length > 0 ? [`The page shows ${number(hidden.length)} more columns.`] : []),
  ];
}

/** Rows of cells under named columns. */
export const table: Drawer<Table> = {
  page({ columns, rows, ranked }) {
    const numbers = (at: number) =>
      unfolded(rows)
        .map((row) => row[at])
        .filter((cell) => typeof cell === 'number');
    const bars = columns.map(({ bar }, at) => (bar ? barsOf(numbers(at)) : undefined));
    const align = (column: Column) => (isAtEnd(column) ? html` class="n"` : '');
    const drawing = (at: number, cell: Cell | undefined): Html | '' => {
      const bar = bars[at];
      return bar ? html`<td class="bar">${typeof cell === 'number' ? bar(cell) : ''}</td>` : '';
    };
    return foldedTable(
      rows,
      (drawn) =>
        html`${ranked ? html`<th class="rank"></th>` : ''}${columns.map((column, at) => html`${drawn && bars[at] ? html`<th class="bar"></th>` : ''}<th${align(column)}>${column.name}</th>`)}`,
      (row, i, drawn) =>
        html`${ranked ? html`<td class="rank">${i + 1}</td>` : ''}${columns.map((column, at) => html`${drawn ? drawing(at, row[at]) : ''}<td${align(column)}>${shownIn(column, row[at] ?? null)}</td>`)}`,
    );
  },
  isNarrow: ({ columns }) => columns.length <= 2 && !columns.some(({ bar }) => bar),
  notes,
  mail(section) {
    const { heads, cellsOf } = few(section);
    const ends = heads.map(isAtEnd);
    return mailRows(
      section.rows
        .slice(0, MAIL_ROWS)
        .map((row, i) => cellsOf(row, i).map((text, at) => ({ text, atEnd: ends[at] ?? false }))),
      heads.map(({ name }, at) => ({ text: name, atEnd: ends[at] ?? false })),
    );
  },
  text(section) {
    const { heads, cellsOf } = few(section);
    const cells = section.rows.slice(0, TEXT_ROWS).map((row, i) => cellsOf(row, i).map((cell) => short(cell, 40)));
    return aligned([heads.map(({ name }) => short(name, 40)), ...cells], heads.map(isAtEnd));
  },
};
