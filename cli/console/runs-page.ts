import { html } from 'hono/html';
import { isFinal } from '../../shared/domain/run.ts';
import { dateTime, duration, number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { bar, statusBadge } from './figures.ts';
import { LISTED, type Listed, type Overview } from './looks.ts';
import { pipelinePath, runPath } from './paths.ts';

/** Runs of all pipelines, the newest first; what goes on has a bar. */
export function runsPage({ runs, closed, pipelines, place }: Overview): Html {
  const active = runs.filter(({ record }) => !isFinal(record.status));
  const ended = runs.filter(({ record }) => isFinal(record.status));
  return html`<header><h1>Runs ${place}</h1></header>
${active.length > 0 ? section('Under way', active) : html`<section aria-label="Under way"><p class="note">Nothing runs just now.</p></section>`}
${ended.length > 0 ? section('Ended', ended, `The newest ${LISTED} runs of each pipeline; “microprocess list” has all.`) : ''}
<section><h2>Pipelines</h2>
<ul class="plain">
${pipelines.map((pipeline) => html`<li><a href="${pipelinePath(pipeline)}">${pipeline}</a>${why(closed, pipeline)}</li>`)}
</ul></section>`;
}

function why(closed: Overview['closed'], pipeline: string): Html | string {
  const found = closed.find((each) => each.pipeline === pipeline);
  return found ? html`<p class="note">${found.why}</p>` : '';
}

function section(title: string, runs: readonly Listed[], note = ''): Html {
  return html`<section><h2>${title}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="runs">
<thead><tr><th>Run</th><th>Pipeline</th><th>Status</th><th>Started</th><th class="n">Children</th><th class="n">Failed</th></tr></thead>
<tbody>
${runs.map(row)}
</tbody>
</table></div>${note === '' ? '' : html`<p class="note">${note}</p>`}</section>`;
}

function row({ pipeline, record, progress, perSecond, isWorkedOn }: Listed): Html {
  const { run, startedAt, endedAt, counts, status } = record;
  const took = endedAt === null ? '' : html` <small>${duration(endedAt - startedAt)}</small>`;
  const failed = progress ? progress.failed : counts ? counts.failed : null;
  const total = progress ? bar(progress, perSecond, isWorkedOn) : html`${counts ? number(counts.total) : '–'}`;
  return html`<tr id="run-${pipeline}-${run}"><td><a href="${runPath(pipeline, run)}">${run}</a></td><td>${pipeline}</td>
<td>${statusBadge(status, isWorkedOn)}</td><td>${dateTime(startedAt)}${took}</td><td class="n">${total}</td><td class="n">${number(failed)}</td></tr>`;
}
