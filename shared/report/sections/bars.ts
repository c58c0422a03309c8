import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { short } from '../format.ts';
import { MAIL_ROOM, rows } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { scaleOf } from '../scale.ts';
import { aligned, TEXT_ROOM } from '../text-lines.ts';
import type { Drawer } from './drawer.ts';
import { barsWritten } from './written.ts';

type Bars = SectionOf<'bars'>;

/** Names with a number each, drawn as bars on one scale. */
export const bars: Drawer<Bars> = {
  isEmpty: ({ bars: list }) => list.length === 0,
  page(section, format) {
    const { bars: list } = section;
    const say = barsWritten(section, format);
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
  mail(section, _, format) {
    const first = section.bars.slice(0, MAIL_ROOM.rows);
    const say = barsWritten(section, format);
    const extent = scaleOf(first.map(({ value }) => value));
    return rows(
      first.map(({ label, value }) => [
        { text: label },
        { text: '', bar: { ...extent(value), colour: format.colour } },
        { text: say(value), atEnd: true },
      ]),
    );
  },
  text(section, format) {
    const first = section.bars.slice(0, TEXT_ROOM.rows);
    const say = barsWritten(section, format);
    return aligned(
      first.map(({ label, value }) => [say(value), short(label, 60)]),
      [true],
    );
  },
};
