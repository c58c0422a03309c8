import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { cutNote, short, shown } from '../format.ts';
import { MAIL_ROOM, rows } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { scaleOf } from '../scale.ts';
import { aligned, TEXT_ROOM } from '../text-lines.ts';
import type { Drawer } from './drawer.ts';

type Bars = SectionOf<'bars'>;

/** Names with a number each, drawn as bars on one scale. */
export const bars: Drawer<Bars> = {
  isEmpty: ({ bars: list }) => list.length === 0,
  page({ bars: list, unit }) {
    const bar = barsOf(unfolded(list).map(({ value }) => value));
    return foldedTable(
      list,
      null,
      ({ label, value }, _, drawn) =>
        html`<td>${label}</td>${drawn ? html`<td class="bar">${bar(value)}</td>` : ''}<td class="n">${shown(value, unit)}</td>`,
    );
  },
  notes: ({ bars: list, total = list.length }, room) => cutNote(total, Math.min(room.rows, list.length)),
  mail({ bars: list, unit }) {
    const first = list.slice(0, MAIL_ROOM.rows);
    const extent = scaleOf(first.map(({ value }) => value));
    return rows(
      first.map(({ label, value }) => [
        { text: label },
        { text: '', bar: extent(value) },
        { text: shown(value, unit), atEnd: true },
      ]),
    );
  },
  text: ({ bars: list, unit }) =>
    aligned(
      list.slice(0, TEXT_ROOM.rows).map(({ label, value }) => [shown(value, unit), short(label, 60)]),
      [true],
    ),
};
