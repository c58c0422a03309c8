import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { decimalsFor } from '../decimals.ts';
import { type Format, short } from '../format.ts';
import { MAIL_ROOM, rows } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { scaleOf } from '../scale.ts';
import { aligned, TEXT_ROOM } from '../text-lines.ts';
import type { Drawer } from './drawer.ts';

type Bars = SectionOf<'bars'>;

/** Names with a number each, drawn as bars on one scale. */
export const bars: Drawer<Bars> = {
  isEmpty: ({ bars: list }) => list.length === 0,
  page({ bars: list, unit }, format) {
    const say = sayer(list, unit, format);
    const bar = barsOf(unfolded(list).map(({ value }) => value));
    return foldedTable(
      format,
      list,
      null,
      ({ label, value }, _, drawn) =>
        html`<td>${label}</td>${drawn ? html`<td class="bar">${bar(value)}</td>` : ''}<td class="n">${say(value)}</td>`,
    );
  },
  notes: ({ bars: list, total = list.length }, room, { cutNote }) => cutNote(total, Math.min(room.rows, list.length)),
  mail({ bars: list, unit }, _, format) {
    const first = list.slice(0, MAIL_ROOM.rows);
    const say = sayer(list, unit, format);
    const extent = scaleOf(first.map(({ value }) => value));
    return rows(
      first.map(({ label, value }) => [
        { text: label },
        { text: '', bar: { ...extent(value), colour: format.colour } },
        { text: say(value), atEnd: true },
      ]),
    );
  },
  text({ bars: list, unit }, format) {
    const first = list.slice(0, TEXT_ROOM.rows);
    const say = sayer(list, unit, format);
    return aligned(
      first.map(({ label, value }) => [say(value), short(label, 60)]),
      [true],
    );
  },
};

/** Says values with the decimals that line up. */
function sayer(list: Bars['bars'], unit: string | undefined, { shown }: Format): (value: number) => string {
  const exactly = decimalsFor(list.map(({ value }) => value));
  return (value) => shown(value, unit, exactly === null ? null : { exactly });
}
