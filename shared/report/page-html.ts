import { html, raw } from 'hono/html';
import type { ChartSize } from './chart.ts';
import type { Format } from './format.ts';
import { scaleOf } from './scale.ts';
import type { Html, Room } from './sections/drawer.ts';

/** What the page has room for: all there is. */
export const PAGE_ROOM: Room = { rows: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY, pictures: true };

/** Large figures side by side. */
export const tiles = (list: readonly (readonly [name: string, value: string, small?: string])[]) =>
  html`<dl class="tiles">
${list.map(([name, value, small]) => html`<div><dt>${name}</dt><dd>${value}${small ? html` <small>${small}</small>` : ''}</dd></div>`)}
</dl>`;

/** Text of an SVG must stay readable on a phone: a narrow drawing stands in for the wide one there. */
export function chart(draw: (size: ChartSize) => string): Html {
  const [wide, narrow] = [draw({ width: 880, height: 280 }), draw({ width: 360, height: 220 })];
  return html`<figure><div class="wide">${raw(wide)}</div><div class="narrow">${raw(narrow)}</div></figure>`;
}

/** A bar for each value, on a scale that holds them all. As wide as its place, whatever the screen. */
export function barsOf(values: readonly number[]): (value: number) => Html {
  const extent = scaleOf(values);
  const share = (of: number) => `${(100 * of).toFixed(2)}%`;
  return (value) => {
    const { from, length } = extent(value);
    return html`<svg width="100%" height="12" aria-hidden="true"><rect x="${share(from)}" width="${share(length)}" height="12" rx="2"/></svg>`;
  };
}

/** Rows that are seen at once. */
const UNFOLDED = 20;

/**
 * A table whose first rows are seen and whose others are folded away.
 * @param row a row's cells; `drawn` where it is seen at once
 */
export function foldedTable<T>(
  { number }: Format,
  list: readonly T[],
  head: ((drawn: boolean) => Html) | null,
  row: (each: T, index: number, drawn: boolean) => Html,
): Html {
  const rest = list.slice(UNFOLDED);
  const part = (rows: readonly T[], from: number, drawn: boolean) => html`<div class="scroll"><table>
${head === null ? '' : html`<thead><tr>${head(drawn)}</tr></thead>`}
<tbody>
${rows.map((each, i) => html`<tr>${row(each, from + i, drawn)}</tr>\n`)}
</tbody>
</table></div>`;
  if (rest.length === 0) return part(list, 0, true);
  return html`${part(list.slice(0, UNFOLDED), 0, true)}
<details>
<summary>${rest.length === 1 ? 'One more row' : `The other ${number(rest.length)} rows`}</summary>
${part(rest, UNFOLDED, false)}
</details>`;
}

/** The part of a list that {@link foldedTable} shows at once. */
export const unfolded = <T>(list: readonly T[]) => list.slice(0, UNFOLDED);

/** Which colour is whose. */
export const legend = (list: readonly (readonly [label: string, colour: string])[]) =>
  html`<p class="legend">${list.map(([label, colour]) => html`<span><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" fill="${colour}"/></svg> ${label}</span> `)}</p>`;
