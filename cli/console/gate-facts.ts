import { html } from 'hono/html';
import type { GateView } from '../../shared/control/limits.ts';
import { dateTime, number, shown } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { timeLeft } from '../text.ts';

/** What calls are held to just now. */
export function gateFacts({ inFlight, ratePerSecond, byHand, shutUntil, breaker, cap }: GateView, now: number): Html {
  const facts: readonly (readonly [string, string] | null)[] = [
    ['Calls at once', `${number(inFlight)} at most`],
    ['Rate', ratePerSecond === null ? 'no limit' : `${shown(ratePerSecond, '/s')} at most`],
    byHand && ['Set by hand', byHand.until === null ? 'until cleared' : `until ${dateTime(byHand.until)}`],
    ['Service', shutUntil === null ? 'open' : `not called for another ${timeLeft(shutUntil - now)}`],
    breaker > 0 ? ['Breaker', `opened ${number(breaker)} times in a row: most calls failed`] : null,
    cap === null ? null : ['Pressure', `the service pushed back: ${number(cap)} calls at once, and growing`],
  ];
  return html`<dl class="facts">${facts.map((fact) => fact && html`<div><dt>${fact[0]}</dt><dd>${fact[1]}</dd></div>`)}</dl>`;
}
