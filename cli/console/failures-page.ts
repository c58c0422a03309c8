import { html } from 'hono/html';
import type { Failure } from '../../shared/control/failures.ts';
import type { FailuresPage } from '../../shared/control/failures-page.ts';
import { dateTime, number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { inOneLine } from './json-words.ts';
import { childPath, failuresPath } from './paths.ts';

/** What a reader asks for. */
export interface Asked {
  readonly reason?: string | undefined;
  readonly text?: string | undefined;
  readonly behind?: string | undefined;
}

/** The failed children of a run, a page at a time. */
export function failuresBody(pipeline: string, run: string, asked: Asked, { failures, next }: FailuresPage): Html {
  const none = next === null ? 'No more of them.' : 'None in what was looked through so far.';
  return html`<header><h1>Children that did not succeed</h1></header>
<form class="search" method="get" role="search">
<label><span>Text in id, item, reason or answer</span><input type="search" name="text" value="${asked.text ?? ''}" maxlength="200"></label>
<label><span>Reason code</span><input name="reason" value="${asked.reason ?? ''}" maxlength="100" size="16"></label>
<button>Search</button>
</form>
<section aria-label="Children">
${failures.length === 0 ? html`<p class="note">${none}</p>` : table(pipeline, run, failures)}
</section>
<nav class="acts" aria-label="Pages">
${asked.behind ? html`<a class="button" href="${failuresPath(pipeline, run, { ...asked, behind: undefined })}">From the first on</a> ` : ''}
${next === null ? '' : html`<a class="button" href="${failuresPath(pipeline, run, { ...asked, behind: next })}">${failures.length === 0 ? 'Look further' : 'Next'}</a>`}
</nav>`;
}

function table(pipeline: string, run: string, failures: readonly Failure[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Children that did not succeed"><table>
<thead><tr><th>Child</th><th>Reason</th><th>Item</th><th>Answer</th><th class="n">Calls</th><th>Ended</th></tr></thead>
<tbody>
${failures.map(
  ({ id, status, reason, item, body, attempts, at }) =>
    html`<tr><td><a href="${childPath(pipeline, run, id)}">${id}</a></td><td><code>${reason ?? status}</code></td><td>${inOneLine(item)}</td><td>${body === null ? '' : inOneLine(body)}</td><td class="n">${number(attempts)}</td><td>${dateTime(Date.parse(at))}</td></tr>
`,
)}
</tbody></table></div>`;
}
