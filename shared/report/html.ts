import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Section } from '../author/section.ts';
import { isGood } from '../domain/run.ts';
import { askedWords } from './asked.ts';
import { callsSections } from './calls-sections.ts';
import { exampleHtml } from './example-html.ts';
import type { Format } from './format.ts';
import { PAGE_ROOM, tiles } from './page-html.ts';
import { pageStyle } from './page-style.ts';
import { previousSections } from './previous-sections.ts';
import { formatFor } from './report-format.ts';
import type { Html } from './sections/drawer.ts';
import { drawerOf, notesOf } from './sections/index.ts';
import { verdictWords } from './verdict.ts';
import { OUTCOMES, type ReportLook, type ReportView, STAGE_NOTE, safeLinks } from './view.ts';

// Nothing but this very style: no script, no style attribute, no request. Markup that slipped in could do nothing.
const policyOf = (style: string, { logo }: ReportLook) =>
  [
    `default-src 'none'`,
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    ...(logo === undefined ? [] : ['img-src data:']),
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');

/** report.html: one self-contained page, light and dark, fit for paper, without script. All text of the view is escaped. */
export function renderHtml(view: ReportView): string {
  const { look = {} } = view;
  const format = formatFor(look, view.sections);
  const style = pageStyle(look.colour);
  const draw = (section: Section) => drawSection(section, format);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, look)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${view.title} – ${OUTCOMES[view.status].label}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${head(view, format)}
${counts(view, format)}
<div class="sections">
${view.reasons.length > 0 ? reasons(view, format) : ''}
${previousSections(view, format).map(draw)}
${view.sections.map(draw)}
${callsSections(view.calls, format).map(draw)}
</div>
${foot(view)}
</main>
</body>
</html>
`;
  if (page instanceof Promise) throw new TypeError('renderHtml: a part of the page is a promise.');
  return String(page);
}

function head(view: ReportView, format: Format): Html {
  const { dateTime, duration } = format;
  const verdict = verdictWords(view, format);
  const { sign, label, tone } = OUTCOMES[view.status];
  return html`<header>
${view.look?.logo === undefined ? '' : html`<img class="logo" src="${view.look.logo}" alt="">`}
${view.title === view.pipeline ? '' : html`<p class="eyebrow">${view.pipeline}</p>`}
<h1>${view.title}</h1>
<span class="badge ${tone}">${sign} ${label}</span>
${verdict === null ? '' : html`<p class="verdict">${verdict}</p>`}
<dl class="facts">
${fact('Run', html`<code>${view.run}</code>`)}
${fact('Started', dateTime(view.startedAt))}
${fact('Ended', dateTime(view.endedAt))}
${fact('Took', duration(view.endedAt - view.startedAt))}
${askedWords(view.asked, format, 'values').map(([name, value]) => fact(name, value))}
</dl>
</header>`;
}

const fact = (name: string, value: string | Html) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function counts(
  { status, counts: { total, succeeded, failed, cancelled, expired } }: ReportView,
  { number, percent }: Format,
): Html {
  const part = (name: string, count: number) => [name, number(count), total > 0 ? percent(count, total) : ''] as const;
  return html`<section aria-label="Counts">
${tiles([
  ['Total', number(total), total === 0 && isGood(status) ? 'nothing to do' : 'children'],
  part('Succeeded', succeeded),
  part('Failed', failed),
  ...(cancelled > 0 ? [part('Cancelled', cancelled)] : []),
  ...(expired > 0 ? [part('Expired', expired)] : []),
])}
</section>`;
}

function reasons(view: ReportView, { number, percent }: Format): Html {
  const {
    reasons: list,
    counts: { total },
  } = view;
  return html`<section class="half">
<h2>Why children did not succeed</h2>
<table>
<thead><tr><th>Reason</th><th class="n">Children</th><th class="n">Share</th></tr></thead>
<tbody>
${list.map(({ reason, count, examples = [] }) => html`<tr><td><code>${reason}</code>${examples.map((example) => html`<br><small>${exampleHtml(example)}</small>`)}</td><td class="n">${number(count)}</td><td class="n">${percent(count, total)}</td></tr>`)}
</tbody>
</table>
${nextSteps(view)}
</section>`;
}

/** Command lines of a machine, which the reader gives where the pipeline is: its stage isn't known here. */
function nextSteps({ next = [] }: ReportView): Html | '' {
  if (next.length === 0) return '';
  return html`${next.map(({ what, command }) => html`<p>${what}: <code>${command}</code></p>`)}<p class="note">${STAGE_NOTE}</p>`;
}

/** A section as the report's page shows it, and other pages of the same style. */
export function drawSection(section: Section, format: Format): Html {
  const drawer = drawerOf(section);
  const notes = notesOf(section, PAGE_ROOM, format);
  return html`<section${drawer.isNarrow?.(section) ? html` class="half"` : ''}>
<h2>${section.title}</h2>
${drawer.isEmpty(section) ? '' : drawer.page(section, format)}
${notes.length > 0 ? html`<p class="note">${notes.join(' ')}</p>` : ''}
</section>`;
}

function foot(view: ReportView): Html {
  const links = safeLinks(view.links);
  return html`<footer>
<p>Every child has a row in <a href="report.csv">report.csv</a>, beside this page.</p>
${links.length > 0 ? html`<p>${links.map(({ label, href }, i) => html`${i > 0 ? ' · ' : ''}<a href="${href}" rel="noopener noreferrer">${label}</a>`)}</p>` : ''}
${view.credits.map((credit) => html`<p>${credit}</p>`)}
</footer>`;
}
