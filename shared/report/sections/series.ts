import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { lineColour, PICTURE_THEME, seriesSvg } from '../chart.ts';
import { cutNote, dateTime, short, shown } from '../format.ts';
import { MAIL_ROWS, MAIL_WIDTH, legend as mailLegend, rows as mailRows, picture } from '../mail-html.ts';
import { chart, legend } from '../page-html.ts';
import { aligned, TEXT_ROWS } from '../text-lines.ts';
import type { Drawer } from './drawer.ts';

type Series = SectionOf<'series'>;

/** Columns of a mail or a text: the place and the first lines. */
const FEW_LINES = 4;

/** The places as rows, a line's values in a column each. */
function rowsOf({ x, lines, unit }: Series, most: number): string[][] {
  const places = x.kind === 'time' ? x.at.map(dateTime) : x.names;
  return places
    .slice(0, most)
    .map((place, i) => [place, ...lines.slice(0, FEW_LINES).map(({ values }) => shown(values[i] ?? null, unit))]);
}

const heads = ({ lines }: Series) => ['', ...lines.slice(0, FEW_LINES).map(({ label }) => label)];

/** Values over time, or over names in their order. */
export const series: Drawer<Series> = {
  page: (section) =>
    html`${section.lines.length > 1 ? legend(section.lines.map(({ label }, n) => [label, lineColour(n)])) : ''}${chart((size) => seriesSvg(section, size))}`,
  notes(section, most) {
    const places = section.x.kind === 'time' ? section.x.at : section.x.names;
    return isPicture(section) || most === Number.POSITIVE_INFINITY ? [] : cutNote(places.length, most);
  },
  picture: (section) =>
    isPicture(section) ? seriesSvg(section, { width: MAIL_WIDTH, height: 220 }, PICTURE_THEME) : null,
  mail: (section, address) =>
    address === undefined
      ? mailRows(
          rowsOf(section, MAIL_ROWS).map((cells) => cells.map((text, i) => ({ text, atEnd: i > 0 }))),
          heads(section).map((text, i) => ({ text, atEnd: i > 0 })),
        )
      : html`${picture(address, section.title)}${mailLegend(section.lines.map(({ label }, n) => [label, lineColour(n, PICTURE_THEME)]))}`,
  text: (section) =>
    aligned(
      [heads(section), ...rowsOf(section, TEXT_ROWS)].map((cells) => cells.map((cell) => short(cell, 40))),
      [false, true, true, true, true],
    ),
};

/** Names could be of any alphabet, which the picture's font hasn't: their values are told in words. */
function isPicture({ x }: Series): boolean {
  return x.kind === 'time' && x.at.length > 0;
}
