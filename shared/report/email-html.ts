import { html, raw } from 'hono/html';
import type { Section } from '../author/section.ts';
import { askedWords } from './asked.ts';
import { callsWords } from './calls-sections.ts';
import { exampleHtml } from './example-html.ts';
import type { Format } from './format.ts';
import { block, FONT, facts, figures, heading, INK, MAIL_ROOM, MUTED, rows, smallPrint } from './mail-html.ts';
import { previousSections } from './previous-sections.ts';
import { formatFor } from './report-format.ts';
import type { Html } from './sections/drawer.ts';
import { drawerOf, notesOf } from './sections/index.ts';
import { verdictWords } from './verdict.ts';
import { mailLinks, OUTCOMES, type ReportView, reportWords, STAGE_NOTE, safeLinks } from './view.ts';

/** Where the mail has its sections' pictures: those that it has. */
export type Pictures = ReadonlyMap<Section, string>;

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

/** The mail's HTML part: tables and inline styles alone, no request to anywhere; pictures are parts of the mail itself. */
export function emailHtml(
  view: ReportView,
  has: { readonly pictures: Pictures; readonly attached: boolean; readonly logo?: string | undefined },
): string {
  const { counts } = view;
  const { sign, label, tone } = OUTCOMES[view.status];
  const format = formatFor(view.look, view.sections);
  const { dateTime, duration, number } = format;
  const calls = callsWords(view.calls, format);
  const verdict = verdictWords(view, format);
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
${has.logo === undefined ? '' : html`<img src="${has.logo}" height="40" alt="" style="display:block;height:40px;max-width:240px;border:0;margin:0 0 12px">`}
${view.title === view.pipeline ? '' : html`<div class="muted" style="font-size:13px;line-height:18px;${MUTED}">${view.pipeline}</div>`}
<div class="ink" style="font-size:24px;line-height:30px;font-weight:bold;padding:2px 0 10px;word-break:break-word;${INK}">${view.title}</div>
<span class="${tone}" style="display:inline-block;padding:4px 12px;border-radius:14px;font-size:14px;line-height:18px;font-weight:bold;${TONES[tone]}">${sign} ${label}</span>
${verdict === null ? '' : smallPrint(verdict)}
</td></tr>
${block(
  facts([
    ['Run', view.run],
    ['Started', dateTime(view.startedAt)],
    ['Ended', dateTime(view.endedAt)],
    ['Took', duration(view.endedAt - view.startedAt)],
    ...askedWords(view.asked, format, view.mailsParams ? 'values' : 'names'),
    ...(calls === null ? [] : [['Calls', calls] as const]),
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
${view.reasons.length > 0 ? block(heading('Why children did not succeed'), rows(view.reasons.map(({ reason, count }) => [{ text: reason }, { text: number(count), atEnd: true }])), ...view.reasons.flatMap(({ reason, examples = [] }) => examples.map((example) => smallPrint(html`${reason}: ${exampleHtml(example)}`))), ...nextSteps(view)) : ''}
${[...previousSections(view, format), ...view.sections].map((section) => drawn(section, has.pictures, format))}
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

function nextSteps({ next = [] }: ReportView): Html[] {
  return next
    .map(({ what, command }) => smallPrint(`${what}: ${command}`))
    .concat(next.length > 0 ? smallPrint(STAGE_NOTE) : []);
}

function drawn(section: Section, pictures: Pictures, format: Format): Html {
  const address = pictures.get(section);
  const drawer = drawerOf(section);
  const notes = notesOf(section, { ...MAIL_ROOM, pictures: address !== undefined }, format);
  return block(
    heading(section.title),
    drawer.isEmpty(section) ? '' : drawer.mail(section, address, format),
    notes.length > 0 ? smallPrint(notes.join(' ')) : '',
  );
}

function foot(view: ReportView, attached: boolean): Html {
  const links = safeLinks(mailLinks(view, attached)).map(
    ({ label, href }) =>
      html`<a class="link" href="${href}" style="color:#2456b0;font-size:14px;line-height:22px">${label}</a><br>`,
  );
  return html`<tr><td class="pad" style="padding:12px 24px 24px">
<div class="ink" style="font-size:14px;line-height:20px;padding:0 0 8px;word-break:break-word;${INK}">${reportWords(view, attached)}</div>
${links}
${view.credits.map((credit) => html`<div class="muted" style="font-size:12px;line-height:17px;padding:4px 0 0;word-break:break-word;${MUTED}">${credit}</div>`)}
</td></tr>`;
}
