import { html } from 'hono/html';
import type { Preview } from '../../shared/control/preview.ts';
import { number } from '../../shared/report/format.ts';
import { drawSection } from '../../shared/report/html.ts';
import { formatFor } from '../../shared/report/report-format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';

/** The report as it would be now. */
export function previewBody({ counts, sections, failure, isWhole }: Preview): Html {
  const of = isWhole ? 'that have ended so far' : 'that could be read in a moment; more have ended';
  const format = formatFor({}, sections);
  return html`<header><h1>The report so far</h1>
<p>Of the ${number(counts.total)} children ${of}: ${number(counts.succeeded)} succeeded, ${number(counts.failed)} failed.</p></header>
<nav class="acts" aria-label="What can be done"><a class="button" href="">Look again</a></nav>
${failure === null ? '' : html`<section role="alert"><h2>The reduce failed</h2><pre>${failure}</pre></section>`}
<div class="sections">${sections.map((section) => drawSection(section, format))}</div>`;
}
