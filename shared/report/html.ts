import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Statistics } from '../author/reduce.ts';
import { OTHER } from '../author/reducers/groups.ts';
import { barNotes } from './bar-notes.ts';
import { histogramSvg } from './chart.ts';
import { dateTime, duration, number, percent } from './format.ts';
import { PAGE_STYLE } from './page-style.ts';
import { howManyMeasured, measurement, OUTCOMES, type ReportView, safeLinks } from './view.ts';

/** Groups shown with a bar; the rest is folded away. */
const DRAWN_GROUPS = 20;

// Nothing but this very style: no script, no style attribute, no request. Markup that slipped in could do nothing.
const POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

type Html = ReturnType<typeof html>;

/** report.html: one self-contained page, light and dark, fit for paper, without script. All text of the view is escaped. */
export function renderHtml(view: ReportView): string {
  const { statistics } = view;
  const measured = measurement(view);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${view.title} – ${OUTCOMES[view.status].label}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
<main>
${head(view)}
${counts(view)}
${measured ? distribution(measured, howManyMeasured(view)) : ''}
<div class="pair">
${statistics && statistics.top.length > 0 ? highest(statistics) : ''}
${view.reasons.length > 0 ? reasons(view) : ''}
</div>
${statistics && statistics.groups.length > 0 ? groups(statistics) : ''}
${foot(view)}
</main>
</body>
</html>
`;
  if (page instanceof Promise) throw new TypeError('renderHtml: a part of the page is a promise.');
  return String(page);
}

function head(view: ReportView): Html {
  const { sign, label, tone } = OUTCOMES[view.status];
  return html`<header>
${view.title === view.pipeline ? '' : html`<p class="eyebrow">${view.pipeline}</p>`}
<h1>${view.title}</h1>
<span class="badge ${tone}">${sign} ${label}</span>
<dl class="facts">
${fact('Run', html`<code>${view.run}</code>`)}
${fact('Started', dateTime(view.startedAt))}
${fact('Ended', dateTime(view.endedAt))}
${fact('Took', duration(view.endedAt - view.startedAt))}
</dl>
</header>`;
}

const fact = (name: string, value: string | Html) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const tile = (name: string, value: string, small = '') =>
  html`<div><dt>${name}</dt><dd>${value}${small ? html` <small>${small}</small>` : ''}</dd></div>`;

function counts({ counts: { total, succeeded, failed, cancelled, expired } }: ReportView): Html {
  const part = (name: string, count: number) => tile(name, number(count), total > 0 ? percent(count, total) : '');
  return html`<section aria-label="Counts">
<dl class="tiles">
${tile('Total', number(total), total === 0 ? 'nothing to do' : 'children')}
${part('Succeeded', succeeded)}
${part('Failed', failed)}
${cancelled > 0 ? part('Cancelled', cancelled) : ''}
${expired > 0 ? part('Expired', expired) : ''}
</dl>
</section>`;
}

function distribution(statistics: Statistics, howMany: string): Html {
  const { value, count, min, median, mean, p95, max, relativeError } = statistics;
  const intro = html`<h2>Distribution of ${value}</h2>
<p class="note">${howMany}</p>`;
  if (count === 0)
    return html`<section>
${intro}
</section>`;
  return html`<section>
${intro}
<dl class="tiles">
${tile('Minimum', number(min))}
${tile('Median', number(median))}
${tile('Mean', number(mean))}
${tile('95th percentile', number(p95))}
${tile('Maximum', number(max))}
</dl>
${figure((narrow) => histogramSvg(statistics, narrow ? { width: 360, height: 220 } : { width: 880, height: 280 }))}
<p class="note">${[`Children by ${value}.`, ...barNotes(statistics)].join(' ')}
${relativeError > 0 ? `Medians and percentiles are within ${percent(relativeError, 1)} of the exact value; count, minimum, mean and maximum are exact.` : ''}</p>
</section>`;
}

/** Text of an SVG must stay readable on a phone: a narrow drawing stands in for the wide one there. */
const figure = (draw: (narrow: boolean) => string) =>
  html`<figure><div class="wide">${raw(draw(false))}</div><div class="narrow">${raw(draw(true))}</div></figure>`;

function highest({ top, value }: Statistics): Html {
  return html`<section>
<h2>The ${top.length === 1 ? 'highest' : `${top.length} highest`} by ${value}</h2>
<table>
<thead><tr><th class="rank"></th><th>Child</th><th class="n">${value}</th></tr></thead>
<tbody>
${top.map((entry, i) => html`<tr><td class="rank">${i + 1}</td><td>${entry.label}</td><td class="n">${number(entry.value)}</td></tr>`)}
</tbody>
</table>
</section>`;
}

function reasons({ reasons: list, counts: { total } }: ReportView): Html {
  return html`<section>
<h2>Why children did not succeed</h2>
<table>
<thead><tr><th>Reason</th><th class="n">Children</th><th class="n">Share</th></tr></thead>
<tbody>
${list.map(({ reason, count }) => html`<tr><td><code>${reason}</code></td><td class="n">${number(count)}</td><td class="n">${percent(count, total)}</td></tr>`)}
</tbody>
</table>
</section>`;
}

function groups({ groups: list, value }: Statistics): Html {
  const drawn = list.filter(({ group }) => group !== OTHER).slice(0, DRAWN_GROUPS);
  const rest = list.filter((entry) => !drawn.includes(entry));
  const bar = barsOf(drawn.map(({ median }) => median));
  const head = (bars: boolean) =>
    html`<thead><tr><th>Group</th>${bars ? html`<th class="bar"></th>` : ''}<th class="n">Median ${value}</th><th class="n">Children</th></tr></thead>`;
  const row = ({ group, count, median }: Statistics['groups'][number], drawing: Html | '') =>
    html`<tr><td>${group}</td>${drawing}<td class="n">${number(median)}</td><td class="n">${number(count)}</td></tr>`;
  return html`<section>
<h2>Median ${value} by group</h2>
<p class="note">${rest.length > 0 ? `The ${drawn.length} largest of ${number(list.length)} groups` : 'All groups'}, most members first</p>
<table>
${head(true)}
<tbody>
${drawn.map((entry) => row(entry, html`<td class="bar">${bar(entry.median)}</td>`))}
</tbody>
</table>
${
  rest.length === 0
    ? ''
    : html`<details>
<summary>The other ${number(rest.length)} groups</summary>
<table>
${head(false)}
<tbody>
${rest.map((entry) => row(entry, ''))}
</tbody>
</table>
</details>`
}
</section>`;
}

/** A bar from zero to a value, on a scale that holds zero and all values given. As wide as its place, whatever the screen. */
function barsOf(values: readonly number[]): (value: number) => Html {
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  const share = (length: number) => `${((100 * length) / span).toFixed(2)}%`;
  return (value) =>
    html`<svg width="100%" height="12" aria-hidden="true"><rect x="${share(Math.min(0, value) - low)}" width="${share(Math.abs(value))}" height="12" rx="2"/></svg>`;
}

function foot(view: ReportView): Html {
  const links = safeLinks(view.links);
  return html`<footer>
${links.length > 0 ? html`<p>${links.map(({ label, href }, i) => html`${i > 0 ? ' · ' : ''}<a href="${href}" rel="noopener noreferrer">${label}</a>`)}</p>` : ''}
${view.credits.map((credit) => html`<p>${credit}</p>`)}
</footer>`;
}
