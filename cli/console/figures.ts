import { html } from 'hono/html';
import type { RunProgress } from '../../shared/control/status.ts';
import { isFinal, type RunStatus } from '../../shared/domain/run.ts';
import { number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { OUTCOMES } from '../../shared/report/view.ts';

const GOING: Readonly<Record<string, string>> = {
  planned: 'starting',
  splitting: 'reading the source',
  running: 'calling',
  paused: 'paused',
  closing: 'closing',
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

/** How much of a run is done: the bar stands just short of its end until the run has ended. */
export function bar(
  { total, totalKnown, succeeded, failed, record }: RunProgress,
  perSecond: number,
  label: string,
): Html {
  const done = isFinal(record.status) ? total : Math.min(succeeded + failed, total);
  const max = Math.max(1, total);
  const plus = totalKnown ? '' : '+';
  const rate = isFinal(record.status) ? '' : html` · ${rateWords(perSecond)}`;
  return html`<progress max="${max}" value="${isFinal(record.status) ? max : Math.min(done, max * 0.99)}" aria-label="${label}"></progress>
<small>${number(done)} of ${number(total)}${plus}${rate}</small>`;
}

/** `4,800/s`; a slow one with a decimal. */
export function rateWords(perSecond: number): string {
  return `${perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : number(Math.round(perSecond))}/s`;
}
