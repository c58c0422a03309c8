import { html } from 'hono/html';
import type { RunProgress } from '../../shared/control/status.ts';
import { isFinal, type RunStatus } from '../../shared/domain/run.ts';
import { number, rate } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { OUTCOMES } from '../../shared/report/view.ts';
import { fraction, phase, position } from '../progress-words.ts';

const GOING: Readonly<Record<string, string>> = {
  planned: 'starting',
  splitting: 'reading the source',
  running: 'calling',
  paused: 'paused',
  closing: 'stopping',
  finishing: 'making the report',
};

/** A run's status: a sign that survives without colour, and words. */
export function statusBadge(status: RunStatus, isWorkedOn: boolean): Html {
  if (isFinal(status)) {
    const { sign, label, tone } = OUTCOMES[status];
    return html`<span class="badge ${tone}">${sign} ${label}</span>`;
  }
  if (!isWorkedOn && status !== 'paused') return html`<span class="badge warn">‖ interrupted</span>`;
  return html`<span class="badge ${status === 'paused' ? 'warn' : 'busy'}">${status === 'paused' ? '‖' : '▶'} ${GOING[status] ?? status}</span>`;
}

/**
 * How much of a run is done, at what pace, and what it does or waits for.
 * @param perSecond null where the run was read once
 */
export function bar(progress: RunProgress, perSecond: number | null, isWorkedOn: boolean): Html {
  const { total, totalKnown, record } = progress;
  const part = fraction(progress);
  const atRate = perSecond === null ? '' : `${rate(perSecond)} · `;
  const pace = isWorkedOn ? `${atRate}${phase(progress, perSecond)}` : 'no process works on it: resume it';
  const doing = isFinal(record.status) ? '' : html` · ${pace}`;
  return html`<progress max="1"${part === null ? '' : html` value="${part}"`} aria-label="Progress of run ${record.run}"></progress>
<small>${number(position(progress).done)} of ${number(total)}${totalKnown ? '' : '+'}${doing}</small>`;
}
