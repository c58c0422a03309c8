import { html, raw } from 'hono/html';
import type { Statistics } from '../author/reduce.ts';
import { barNotes } from './bar-notes.ts';
import { dateTime, duration, number, percent } from './format.ts';
import { howManyMeasured, measurement, OUTCOMES, type ReportView, safeLinks } from './view.ts';

/** The chart inside the mail: its Content-ID, and its size in CSS pixels. */
export const CHART = { cid: 'chart@report', width: 552, height: 220 } as const;

// Mail clients know tables and inline styles; some know <style>, which only turns the light page dark.
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK = 'color:#1a202c';
const MUTED = 'color:#5b6676';
const RULE = 'border-bottom:1px solid #e2e6ec';
const TONES = {
  good: 'color:#16734a;background-color:#e0f4e9',
  warn: 'color:#8a5300;background-color:#fdf0d5',
  bad: 'color:#b3261e;background-color:#fce8e6',
} as const;
const DARK = `@media (prefers-color-scheme:dark){
.page{background-color:#10141a!important}.card{background-color:#1a2029!important;border-color:#2d3643!important}
.ink{color:#e7ebf1!important}.muted{color:#9aa6b6!important}.rule{border-color:#2d3643!important}.link{color:#8fb6ff!important}
.good{color:#6fd6a2!important;background-color:#173828!important}.warn{color:#f0c063!important;background-color:#3b2f14!important}
.bad{color:#ff9b92!important;background-color:#43201d!important}}
@media (max-width:480px){.pad{padding-left:16px!important;padding-right:16px!important}.figure{font-size:17px!important}}`;

type Html = ReturnType<typeof html>;

/** The mail's HTML part: tables and inline styles alone, no request to anywhere; the chart is the part named {@link CHART}.cid. */
export function emailHtml(view: ReportView, has: { readonly chart: boolean; readonly attached: boolean }): string {
  const { counts } = view;
  const { sign, label, tone } = OUTCOMES[view.status];
  const measured = measurement(view);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${view.title}</title>
<style>${raw(DARK)}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f5f6f8">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f5f6f8">
<tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;background-color:#ffffff;border:1px solid #e2e6ec;border-radius:10px;${FONT}">
<tr><td class="pad" style="padding:24px 24px 8px">
${view.title === view.pipeline ? '' : html`<div class="muted" style="font-size:13px;line-height:18px;${MUTED}">${view.pipeline}</div>`}
<div class="ink" style="font-size:24px;line-height:30px;font-weight:bold;padding:2px 0 10px;${INK}">${view.title}</div>
<span class="${tone}" style="display:inline-block;padding:4px 12px;border-radius:14px;font-size:14px;line-height:18px;font-weight:bold;${TONES[tone]}">${sign} ${label}</span>
</td></tr>
${block(
  facts([
    ['Run', view.run],
    ['Started', dateTime(view.startedAt)],
    ['Ended', dateTime(view.endedAt)],
    ['Took', duration(view.endedAt - view.startedAt)],
  ]),
)}
${block(
  figures([
    ['Total', number(counts.total)],
    ['Succeeded', number(counts.succeeded)],
    ['Failed', number(counts.failed)],
    ...(counts.cancelled > 0 ? [['Cancelled', number(counts.cancelled)] as const] : []),
    ...(counts.expired > 0 ? [['Expired', number(counts.expired)] as const] : []),
  ]),
)}
${view.reasons.length > 0 ? block(heading('Why children did not succeed'), rows(view.reasons.map(({ reason, count }) => [reason, number(count)]))) : ''}
${measured ? distribution(measured, howManyMeasured(view), has.chart) : ''}
${measured && measured.top.length > 0 ? block(heading(`The ${measured.top.length} highest by ${measured.value}`), rows(measured.top.map((entry) => [entry.label, number(entry.value)]))) : ''}
${foot(view, has.attached)}
</table>
</td></tr>
</table>
</body>
</html>
`;
  if (page instanceof Promise) throw new TypeError('emailHtml: a part of the mail is a promise.');
  return String(page);
}

const block = (...content: readonly Html[]) => html`<tr><td class="pad" style="padding:12px 24px">${content}</td></tr>`;

const heading = (text: string) =>
  html`<div class="ink" style="font-size:16px;line-height:22px;font-weight:bold;padding:0 0 4px;${INK}">${text}</div>`;

/** Names and values in two columns. */
const facts = (
  list: readonly (readonly [string, string])[],
) => html`<table role="presentation" cellpadding="0" cellspacing="0" border="0">
${list.map(
  ([
    name,
    value,
  ]) => html`<tr><td class="muted" style="padding:1px 16px 1px 0;font-size:14px;line-height:20px;${MUTED}">${name}</td>
<td class="ink" style="padding:1px 0;font-size:14px;line-height:20px;${INK}">${value}</td></tr>`,
)}</table>`;

/** Large figures side by side. */
const figures = (
  list: readonly (readonly [string, string])[],
) => html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed"><tr>
${list.map(
  ([
    name,
    value,
  ]) => html`<td valign="top" style="padding:0 4px 0 0"><div class="muted" style="font-size:13px;line-height:18px;${MUTED}">${name}</div>
<div class="ink figure" style="font-size:20px;line-height:26px;font-weight:bold;${INK}">${value}</div></td>`,
)}</tr></table>`;

/** Text on the left, a number on the right, a rule below. */
const rows = (
  list: readonly (readonly [string, string])[],
) => html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${list.map(
  ([
    name,
    value,
  ]) => html`<tr><td class="ink rule" style="padding:5px 12px 5px 0;font-size:14px;line-height:20px;word-break:break-word;${RULE};${INK}">${name}</td>
<td class="ink rule" align="right" style="padding:5px 0;font-size:14px;line-height:20px;white-space:nowrap;${RULE};${INK}">${value}</td></tr>`,
)}</table>`;

function distribution(statistics: Statistics, howMany: string, chart: boolean): Html {
  const { value, count, min, median, p95, max, relativeError } = statistics;
  const note = (...sentences: readonly string[]) =>
    block(html`<div class="muted" style="font-size:12px;line-height:17px;${MUTED}">${sentences.join(' ')}</div>`);
  if (count === 0) return html`${block(heading(`Distribution of ${value}`))}${note(`${howMany}.`)}`;
  return html`${block(
    heading(`Distribution of ${value}`),
    figures([
      ['Minimum', number(min)],
      ['Median', number(median)],
      ['95th pct.', number(p95)],
      ['Maximum', number(max)],
    ]),
  )}
${chart ? block(picture(`Histogram of ${value}`)) : ''}
${note(
  `${howMany}.`,
  ...(relativeError > 0 ? [`Median and percentile are within ${percent(relativeError, 1)}.`] : []),
  ...(chart ? barNotes(statistics) : []),
)}`;
}

const picture = (alt: string) =>
  html`<img src="cid:${CHART.cid}" width="${CHART.width}" alt="${alt}" style="display:block;width:100%;max-width:${CHART.width}px;height:auto;border:0;border-radius:6px;background-color:#ffffff">`;

function foot(view: ReportView, attached: boolean): Html {
  const links = safeLinks(view.links).map(
    ({ label, href }) =>
      html`<a class="link" href="${href}" style="color:#2456b0;font-size:14px;line-height:22px">${label}</a><br>`,
  );
  return html`<tr><td class="pad" style="padding:12px 24px 24px">
${attached ? html`<div class="ink" style="font-size:14px;line-height:20px;padding:0 0 8px;${INK}">The full report is attached.</div>` : ''}
${links}
${view.credits.map((credit) => html`<div class="muted" style="font-size:12px;line-height:17px;padding:4px 0 0;${MUTED}">${credit}</div>`)}
</td></tr>`;
}
