import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { lineColour, pictureTheme, seriesSvg } from '../chart.ts';
import { type Format, short } from '../format.ts';
import { MAIL_ROOM, MAIL_WIDTH, legend as mailLegend, rows as mailRows, picture } from '../mail-html.ts';
import { chart, legend } from '../page-html.ts';
import { aligned, TEXT_ROOM } from '../text-lines.ts';
import type { Drawer, Room } from './drawer.ts';

type Series = SectionOf<'series'>;

const placesOf = (x: Series['x']) => (x.kind === 'time' ? x.at : x.names).length;

/** The places as rows, below the lines' names: a line's values in a column each. */
function rowsOf({ x, lines, unit }: Series, { rows, columns }: Room, { dateTime, shown }: Format): string[][] {
  const places = x.kind === 'time' ? x.at.slice(0, rows).map(dateTime) : x.names.slice(0, rows);
  const few = lines.slice(0, columns - 1);
  return [
    ['', ...few.map(({ label }) => label)],
    ...places.map((place, i) => [place, ...few.map(({ values }) => shown(values[i] ?? null, unit))]),
  ];
}

/** Values over time, or over names in their order. */
export const series: Drawer<Series> = {
  isEmpty: ({ x, lines }) => placesOf(x) === 0 || lines.length === 0,
  page: (section, format) =>
    html`${isNamed(section) ? '' : legend(section.lines.map(({ label }, n) => [label, lineColour(n)]))}${chart((size) => seriesSvg(section, size, format))}`,
  notes({ x, lines }, { rows, columns, pictures }, { cutNote, number }) {
    if (pictures) return [];
    const more = lines.length - columns + 1;
    return [...cutNote(placesOf(x), rows), ...(more > 0 ? [`${number(more)} more lines aren't shown.`] : [])];
  },
  picture: (section, format) =>
    isPicture(section) ? seriesSvg(section, { width: MAIL_WIDTH, height: 220 }, format, pictureTheme(format)) : null,
  mail(section, address, format) {
    if (address !== undefined) {
      const lines = section.lines.map(({ label }, n) => [label, lineColour(n, pictureTheme(format))] as const);
      return html`${picture(address, section.title)}${mailLegend(lines)}`;
    }
    const [head, ...rows] = rowsOf(section, MAIL_ROOM, format).map((cells) =>
      cells.map((text, i) => ({ text, atEnd: i > 0 })),
    );
    return mailRows(rows, head);
  },
  text: (section, format) =>
    aligned(
      rowsOf(section, TEXT_ROOM, format).map((cells) => cells.map((cell) => short(cell, 40))),
      [false, ...section.lines.map(() => true)],
    ),
};

/** Its one line is what its title says. */
const isNamed = ({ title, lines }: Series) => lines.length === 1 && lines[0]?.label === title;

/** Names could be of any alphabet, which the picture's font hasn't: their values are told in words. */
function isPicture({ x }: Series): boolean {
  return x.kind === 'time';
}
