import { html } from 'hono/html';
import { isFinal, TRANSITIONS } from '../../shared/domain/run.ts';
import { calledPerSecond } from '../../shared/report/called-per-second.ts';
import { dateTime, dollars, duration, milliseconds, number, rate } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { CANCELLED_TOO_LATE, isCancelledTooLate } from '../../shared/report/verdict.ts';
import { courses } from './courses.ts';
import { bar, statusBadge } from './figures.ts';
import { gateFacts } from './gate-facts.ts';
import type { RunLook } from './looks.ts';
import { pipelinePath, runPath } from './paths.ts';
import { reasonsSection } from './reasons.ts';

/** What of a run's page changes as it goes. */
export function runLive(look: RunLook): Html {
  const { progress, pace, gate, pipeline, isWorkedOn, now } = look;
  const { record, succeeded, failed, retried, total } = progress;
  const { run, status, startedAt, endedAt, deadline, failure } = record;
  const isOver = isFinal(status);
  const facts: [string, string | Html][] = [
    ['Pipeline', html`<a href="${pipelinePath(pipeline)}">${pipeline}</a>`],
    ['Started', `${dateTime(startedAt)}, by ${record.trigger}`],
    endedAt === null ? ['Deadline', dateTime(deadline)] : ['Ended', dateTime(endedAt)],
    [endedAt === null ? 'For' : 'Took', duration((endedAt ?? now) - startedAt)],
    ...(record.limit === null ? [] : [['Limit', number(record.limit)] satisfies [string, string]]),
  ];
  const throughput = isOver
    ? calledPerSecond(progress, look.reasons?.all ?? [], ((endedAt ?? startedAt) - startedAt) / 1_000)
    : pace.perSecond;
  return html`<header>
<h1>${run}</h1>
${statusBadge(status, isWorkedOn)}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>
<section aria-label="Progress">
${bar(progress, pace.perSecond, isWorkedOn)}
${isCancelledTooLate({ ...record, counts: progress }) ? html`<p>It was ${CANCELLED_TOO_LATE}.</p>` : ''}
${failure ? html`<p><strong>${failure.reason}</strong>: ${failure.detail}</p>` : ''}
<dl class="tiles">
${tile('Children', `${number(total)}${progress.totalKnown ? '' : '+'}`)}
${tile('Succeeded', number(succeeded))}
${tile('Failed', number(failed))}
${progress.cancelled > 0 ? tile('Cancelled', number(progress.cancelled)) : ''}
${progress.waiting > 0 ? tile('Waiting for a callback', number(progress.waiting)) : ''}
${progress.expired > 0 ? tile('Expired', number(progress.expired)) : ''}
${isOver ? '' : tile('Calls tried again', number(retried))}
${tile(isOver ? 'Throughput on average' : 'Throughput', throughput === null ? '–' : rate(throughput))}
${pace.meanMs === null || isOver ? '' : tile('A call takes', milliseconds(pace.meanMs))}
${look.dollars === null ? '' : tile(look.isDeployed ? 'Cost so far, about' : 'On AWS it would cost', dollars(look.dollars))}
</dl>
${isOver ? '' : courses(pace.course)}
</section>
${look.reasons ? reasonsSection(pipeline, run, look.reasons) : ''}
${gate ? html`<section><h2>Limits on calls</h2>${gateFacts(gate, now)}</section>` : ''}
${acts(look)}`;
}

const tile = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** What can be done with a run as it stands. */
function acts({ pipeline, progress: { record, failed, cancelled, expired }, isWorkedOn }: RunLook): Html {
  const { run, status, summary } = record;
  const path = runPath(pipeline, run);
  const left = failed + cancelled + expired;
  const can = (from: readonly string[]) => from.includes(status);
  const link = (act: string, label: string) => html`<a class="button" href="${path}/${act}">${label}</a> `;
  return html`<nav class="acts" aria-label="What can be done">
${left > 0 ? link('failures', 'Failed children') : ''}
${summary === null ? link('preview', 'Report so far') : link('report', 'Report')}
${can(TRANSITIONS.pause.from) && isWorkedOn ? link('pause', 'Pause…') : ''}
${!isFinal(status) && (status === 'paused' || !isWorkedOn) ? link('resume', 'Resume…') : ''}
${can(TRANSITIONS.close.from) ? link('cancel', 'Cancel…') : ''}
${isFinal(status) && left > 0 ? link('redrive', 'Call the failed again…') : ''}
</nav>`;
}
