import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { type Format, short } from '../format.ts';
import { MAIL_ROOM, rows as mailRows, UNBROKEN } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { placeHtml } from '../place-html.ts';
import { aligned, TEXT_ROOM } from '../text-lines.ts';
import type { Drawer, Html, Room } from './drawer.ts';
import { columnsWritten } from './written.ts';

type Table = SectionOf<'table'>;
type Column = Table['columns'][number];
type Cell = Table['rows'][number][number];

function isAtEnd({ kind = 'text', align = kind === 'number' ? 'end' : 'start' }: Column): boolean {
  return align === 'end';
}

/** The first columns of the first rows, the ranks as a column, below their names. */
function few(section: Table, room: Room, format: Format): { cells: string[][]; atEnd: boolean[] } {
  const { columns, rows: all, ranked } = section;
  const { number, cellIn } = format;
  const kept = columns.slice(0, room.columns);
  const rank = ranked ? [''] : [];
  const rows = all.slice(0, room.rows);
  const decimals = columnsWritten(section, format);
  return {
    cells: [
      [...rank, ...kept.map(({ name }) => name)],
      ...rows.map((row, i) => [
        ...rank.map(() => number(i + 1)),
        ...kept.map((column, at) => cellIn(column, row[at] ?? null, decimals[at])),
      ]),
    ],
    atEnd: [...rank.map(() => true), ...kept.map(isAtEnd)],
  };
}

/** Rows of cells under named columns. */
export const table: Drawer<Table> = {
  isEmpty: ({ rows }) => rows.length === 0,
  page(section, format) {
    const { columns, rows, ranked } = section;
    const decimals = columnsWritten(section, format);
    const numbers = (at: number) =>
      unfolded(rows)
        .map((row) => row[at])
        .filter((cell) => typeof cell === 'number');
    const bars = columns.map(({ bar }, at) => (bar ? barsOf(numbers(at)) : undefined));
    // A number stays in one line, as does a short text beside it; others could be long.
    const isShort = (cell?: Cell) => typeof cell === 'number' || (typeof cell === 'string' && cell.length <= UNBROKEN);
    const place = (column: Column, cell?: Cell) =>
      isAtEnd(column) ? html` class="${isShort(cell) ? 'n' : 'end'}"` : '';
    const drawing = (at: number, cell: Cell | undefined): Html | '' => {
      const bar = bars[at];
      return bar ? html`<td class="bar">${typeof cell === 'number' ? bar(cell) : ''}</td>` : '';
    };
    return foldedTable(
      format,
      rows,
      (drawn) =>
        html`${ranked ? html`<th class="rank"></th>` : ''}${columns.map((column, at) => html`${drawn && bars[at] ? html`<th class="bar"></th>` : ''}<th${place(column)}>${column.name}</th>`)}`,
      (row, i, drawn) =>
        html`${ranked ? html`<td class="rank">${format.number(i + 1)}</td>` : ''}${columns.map((column, at) => html`${drawn ? drawing(at, row[at]) : ''}<td${place(column, row[at])}>${placeHtml(format.cellIn(column, row[at] ?? null, decimals[at]))}</td>`)}`,
    );
  },
  isNarrow: ({ columns }) => columns.length <= 2 && !columns.some(({ bar }) => bar),
  notes({ rows, columns, total = rows.length }, room, { cutNote, number }) {
    const more = columns.length - room.columns;
    return [
      ...cutNote(total, Math.min(room.rows, rows.length)),
      ...(more > 0 ? [`${more === 1 ? 'One more column' : `${number(more)} more columns`}: see the page.`] : []),
    ];
  },
  mail(section, _, format) {
    const { cells, atEnd } = few(section, MAIL_ROOM, format);
    const [head, ...rows] = cells.map((texts) => texts.map((text, at) => ({ text, atEnd: atEnd[at] ?? false })));
    return mailRows(rows, head);
  },
  text(section, format) {
    const { cells, atEnd } = few(section, TEXT_ROOM, format);
    return aligned(
      cells.map((texts) => texts.map((text) => short(text, 40))),
      atEnd,
    );
  },
};
