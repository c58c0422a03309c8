import { html } from 'hono/html';
import type { Extent } from './scale.ts';
import type { Html, Room } from './sections/drawer.ts';

// Mail clients know tables and inline styles; some know <style>, which only turns the light page dark.
export const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const INK = 'color:#1a202c';
export const MUTED = 'color:#5b6676';
const RULE = 'border-bottom:1px solid #e2e6ec';
const BAR = '#3568c8';

/** Width of a mail's content in CSS pixels. */
export const MAIL_WIDTH = 552;

/** What a mail has room for. */
export const MAIL_ROOM: Room = { rows: 10, columns: 5, pictures: true };

/** Numbers and short texts at a row's end, which stay in one line. */
export const UNBROKEN = 24;

/** Figures that stand side by side. */
const ABREAST = 4;

/** What stands together, at the distance of a block. */
export const block = (...content: readonly (Html | '')[]) =>
  html`<tr><td class="pad" style="padding:12px 24px">${content}</td></tr>`;

export const heading = (text: string) =>
  html`<div class="ink" style="font-size:16px;line-height:22px;font-weight:bold;padding:0 0 4px;word-break:break-word;${INK}">${text}</div>`;

/** Small print. */
export const smallPrint = (text: string | Html) =>
  html`<div class="muted" style="font-size:12px;line-height:17px;padding:4px 0 0;word-break:break-word;${MUTED}">${text}</div>`;

/** Names and values in two columns. */
export const facts = (
  list: readonly (readonly [string, string])[],
) => html`<table role="presentation" cellpadding="0" cellspacing="0" border="0">
${list.map(
  ([
    name,
    value,
  ]) => html`<tr><td class="muted" style="padding:1px 16px 1px 0;font-size:14px;line-height:20px;${MUTED}">${name}</td>
<td class="ink" style="padding:1px 0;font-size:14px;line-height:20px;word-break:break-word;${INK}">${value}</td></tr>`,
)}</table>`;

/** Large figures side by side, in rows of about the same length. */
export function figures(list: readonly (readonly [name: string, value: string, small?: string])[]): Html {
  const rows = Math.ceil(list.length / ABREAST);
  const abreast = Math.ceil(list.length / Math.max(1, rows));
  const cells = list.map(
    ([
      name,
      value,
      small,
    ]) => html`<td valign="top" style="padding:0 4px 6px 0"><div class="muted" style="font-size:13px;line-height:18px;word-break:break-word;${MUTED}">${name}</div>
<div class="ink figure" style="font-size:20px;line-height:26px;font-weight:bold;word-break:break-word;${INK}">${value}</div>${small ? smallPrint(small) : ''}</td>`,
  );
  const inRow = (row: number) => Array.from({ length: abreast }, (_, i) => cells[row * abreast + i] ?? html`<td></td>`);
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed">
${Array.from({ length: rows }, (_, row) => html`<tr>${inRow(row)}</tr>`)}</table>`;
}

/** A cell of {@link rows}. */
export interface MailCell {
  readonly text: string;
  readonly atEnd?: boolean;
  /** Drawn in the cell instead of the text. */
  readonly bar?: Extent & { readonly colour?: string | undefined };
}

/** Rows of cells with a rule below each; the header, where there is one, in small print. */
export function rows(list: readonly (readonly MailCell[])[], head?: readonly MailCell[]): Html {
  const cell = (look: string, style: string) => (each: MailCell, i: number) => {
    const place = html`class="${look} rule" valign="top"${each.atEnd ? html` align="right"` : ''}${each.bar ? html` width="45%"` : each.atEnd && i === 0 ? html` width="1%"` : ''}`;
    const padding = `5px 0 5px ${i > 0 ? '12px' : '0'}`;
    const breaks = each.atEnd && each.text.length <= UNBROKEN ? 'white-space:nowrap' : 'word-break:break-word';
    return html`<td ${place} style="padding:${padding};line-height:20px;${breaks};${RULE};${style}">${each.bar ? bar(each.bar) : each.text}</td>`;
  };
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${head ? html`<tr>${head.map(cell('muted', `font-size:13px;${MUTED}`))}</tr>` : ''}
${list.map((cells) => html`<tr>${cells.map(cell('ink', `font-size:14px;${INK}`))}</tr>`)}</table>`;
}

/** A bar, and the room before it. */
function bar({ from, length, colour = BAR }: NonNullable<MailCell['bar']>): Html {
  const percent = (share: number) => `${Math.round(100 * share)}%`;
  return html`<div style="height:8px;line-height:8px;font-size:1px;margin:6px 0 0 ${percent(from)};width:${percent(length)};min-width:1px;background-color:${colour};border-radius:2px">&nbsp;</div>`;
}

export const picture = (address: string, alt: string) =>
  html`<img src="${address}" width="${MAIL_WIDTH}" alt="${alt}" style="display:block;width:100%;max-width:${MAIL_WIDTH}px;height:auto;border:0;border-radius:6px;background-color:#ffffff">`;

export const paragraph = (text: string) =>
  html`<div class="ink" style="font-size:14px;line-height:20px;padding:0 0 8px;word-break:break-word;${INK}">${text}</div>`;

/** Which colour is whose. */
export const legend = (list: readonly (readonly [label: string, colour: string])[]) =>
  html`<div style="padding:4px 0 0">${list.map(([label, colour]) => html`<span style="font-size:12px;line-height:17px;white-space:nowrap;color:${colour}">&#9632;</span>&nbsp;<span class="muted" style="font-size:12px;line-height:17px;word-break:break-word;${MUTED}">${label}</span> &nbsp;`)}</div>`;
