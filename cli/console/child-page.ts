import { html } from 'hono/html';
import type { RecordedOutcome } from '../../shared/control/child-history.ts';
import type { ChildView } from '../../shared/control/show-child.ts';
import { dateTime, milliseconds, number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { inFull, inOneLine } from './json-words.ts';
import type { RequestWords } from './request-words.ts';

/** One child: what it was, what was asked, and what came of it. */
export function childBody(child: ChildView, request: RequestWords, history: readonly RecordedOutcome[]): Html {
  const { id, status, reason, item, result, attempts, ms, endedAt, nextCallAt, waitsUntil } = child;
  const tone = status === 'SUCCEEDED' ? 'good' : status === 'WAITING' ? 'busy' : 'bad';
  const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<header><h1>Child ${id}</h1>
<span class="badge ${tone}">${status}${reason === null ? '' : `: ${reason}`}</span>
<dl class="facts">
${fact('Calls', callsWords(attempts))}
${ms === null ? '' : fact('Last call', milliseconds(ms))}
${endedAt === null ? '' : fact('Ended', dateTime(Date.parse(endedAt)))}
${waitsUntil === null ? '' : fact('Waits for its callback', `until ${dateTime(Date.parse(waitsUntil))}`)}
${nextCallAt === null ? '' : fact('Next call', `not before ${dateTime(Date.parse(nextCallAt))}`)}
</dl></header>
${recorded(history)}
<section><h2>Item</h2>${block(inFull(item), 'Item')}</section>
<section><h2>Request</h2><p class="note">${request.note}</p>${request.text === '' ? '' : block(request.text, 'Request')}</section>
<section><h2>Answer</h2>${result === null ? html`<p class="note">${status === 'WAITING' ? 'It has no outcome yet.' : 'None is kept. Bodies of failed calls are kept where the definition’s report.bodyExcerpt allows it.'}</p>` : block(inFull(result), 'Answer')}</section>`;
}

/** What came of the child before, and what counts now: one outcome alone is what the page shows anyway. */
function recorded(history: readonly RecordedOutcome[]): Html | '' {
  if (history.length < 2) return '';
  return html`<section><h2>What was recorded, oldest first</h2>
<div class="scroll" tabindex="0" role="region" aria-label="What was recorded"><table>
<thead><tr><th>Run</th><th>Ended</th><th>Outcome</th><th class="n">Calls so far</th><th class="n">Last call</th><th>Answer</th></tr></thead>
<tbody>
${history.map(
  ({ run, endedAt, status, reason, attempts, ms, result, isTooLate }) =>
    html`<tr><td>${run}</td><td>${dateTime(Date.parse(endedAt))}</td><td>${status}${reason === null ? '' : html` <code>${reason}</code>`}${isTooLate ? ' (too late for the report)' : ''}</td><td class="n">${number(attempts)}</td><td class="n">${milliseconds(ms)}</td><td>${result === null ? '' : inOneLine(result)}</td></tr>
`,
)}
</tbody></table></div></section>`;
}

const block = (text: string, label: string) =>
  html`<pre tabindex="0" role="region" aria-label="${label}">${text}</pre>`;

/** Of tries that were followed by another, only their number is stored. */
const callsWords = (attempts: number) =>
  attempts < 2 ? number(attempts) : `${number(attempts)}; what came of the last one is kept`;
