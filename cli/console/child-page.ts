import { html } from 'hono/html';
import type { ChildView } from '../../shared/control/show-child.ts';
import { dateTime, milliseconds, number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { inFull } from './json-words.ts';
import type { RequestWords } from './request-words.ts';

/** One child: what it was, what was asked, and what came of it. */
export function childBody(child: ChildView, request: RequestWords): Html {
  const { id, status, reason, item, result, attempts, ms, endedAt, nextCallAt, waitsUntil } = child;
  const tone = status === 'SUCCEEDED' ? 'good' : status === 'WAITING' ? 'busy' : 'bad';
  const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<header><h1>Child ${id}</h1>
<span class="badge ${tone}">${status}${reason === null ? '' : `: ${reason}`}</span>
<dl class="facts">
${fact('Calls', number(attempts))}
${ms === null ? '' : fact('Last call', milliseconds(ms))}
${endedAt === null ? '' : fact('Ended', dateTime(Date.parse(endedAt)))}
${waitsUntil === null ? '' : fact('Waits for its callback', `until ${dateTime(Date.parse(waitsUntil))}`)}
${nextCallAt === null ? '' : fact('Next call', `not before ${dateTime(Date.parse(nextCallAt))}`)}
</dl></header>
<section><h2>Item</h2>${block(inFull(item), 'Item')}</section>
<section><h2>Request</h2><p class="note">${request.note}</p>${request.text === '' ? '' : block(request.text, 'Request')}</section>
<section><h2>Answer</h2>${result === null ? html`<p class="note">${status === 'WAITING' ? 'It has no outcome yet.' : 'None is kept. Bodies of failed calls are kept where the definition’s report.bodyExcerpt allows it.'}</p>` : block(inFull(result), 'Answer')}</section>`;
}

const block = (text: string, label: string) =>
  html`<pre tabindex="0" role="region" aria-label="${label}">${text}</pre>`;
