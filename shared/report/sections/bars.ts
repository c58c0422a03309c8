import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { cutNote, short, shown } from '../format.ts';
import { MAIL_ROWS, bar as mailBar, rows } from '../mail-html.ts';
import { barsOf, foldedTable, unfolded } from '../page-html.ts';
import { scaleOf } from '../scale.ts';
import { aligned, TEXT_ROWS } from '../text-lines.ts';
import type { Drawer } from './drawer.ts';

type Bars = SectionOf<'bars'>;

/** Names with a number each, drawn as bars on one scale. */
export const bars: Drawer<Bars> = {
  page({ bars: list, unit }) {
    const bar = barsOf(unfolded(list).map(({ value }) => value));
    return foldedTable(
      list,
      null,
      ({ label, value }, _, drawn) =>
        html`<td>${label}</td>${drawn ? html`<td class="bar">${bar(value)}</td>` : ''}<td class="n">${shown(value, unit)}</td>`,
    );
  },
  notes: ({ bars: list, total = list.length }, most) => cutNote(total, Math.min(most, list.length)),
  mail({ bars: list, unit }) {
    const first = list.slice(0, MAIL_ROWS);
    const extent = scaleOf(first.map(({ value }) => value));
    return rows(
      first.map(({ label, value }) => [
        { text: label },
        { text: mailBar(extent(value)) },
        { text: shown(value, unit), atEnd: true },
      ]),
    );
  },
  text: ({ bars: list, unit }) =>
    aligned(
      list.slice(0, TEXT_ROWS).map(({ label, value }) => [shown(value, unit), short(label, 60)]),
      [true],
    ),
};
