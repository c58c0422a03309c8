import type { GateView } from '../shared/control/limits.ts';
import { shown } from '../shared/report/format.ts';
import { count, counted, type Field, time, timeLeft } from './text.ts';

/** What holds calls back just now, for a line of progress; empty where nothing out of the ordinary does. */
export function gateNote({ shutUntil, breaker, cap, byHand }: GateView, now: number): string {
  if (shutUntil !== null) {
    const why = breaker > 0 ? 'most calls failed' : 'the service asked to wait';
    return `${why}: the next call in ${timeLeft(shutUntil - now)}`;
  }
  if (breaker > 0) return 'most calls failed: trying one at a time';
  if (cap !== null) return `the service is busy: at most ${counted(cap, 'call')} at once`;
  return byHand === null ? '' : `held by hand to ${byHandWords(byHand)}`;
}

/** What calls are held to, as fields: for `limits`, `show` and the console. */
export function gateFields(gate: GateView, now: number, moment: (at: number) => string = inUtc): Field[] {
  const { inFlight, ratePerSecond, waiting, byHand, shutUntil, breaker, cap } = gate;
  return [
    ['calls at once', `${count(inFlight)} at most`],
    ['rate', ratePerSecond === null ? 'no limit' : `${perSecond(ratePerSecond)} at most`],
    ['waiting', waiting === null ? undefined : `${count(waiting)} children for their callbacks at most`],
    [
      'set by hand',
      byHand === null
        ? undefined
        : `${byHandWords(byHand)}, ${byHand.until === null ? 'until cleared' : `until ${moment(byHand.until)}`}`,
    ],
    [
      'service',
      shutUntil === null
        ? 'takes calls'
        : `is not called for another ${timeLeft(shutUntil - now)}, until ${moment(shutUntil)}`,
    ],
    [
      'failing',
      breaker === 0
        ? undefined
        : `most calls failed, so calls were stopped for a while: ${counted(breaker, 'time')} in a row`,
    ],
    [
      'busy',
      // While the breaker is open the cap is its own: one call at once, to see whether the service is back.
      cap === null || breaker > 0
        ? undefined
        : `it refused calls as too many: ${count(cap)} at once for now, and more step by step`,
    ],
  ];
}

const inUtc = (at: number) => `${time(at)} UTC`;

function byHandWords({ inFlight, ratePerSecond, waiting }: NonNullable<GateView['byHand']>): string {
  return [
    ...(ratePerSecond === undefined ? [] : [perSecond(ratePerSecond)]),
    ...(inFlight === undefined ? [] : [`${counted(inFlight, 'call')} at once`]),
    ...(waiting === undefined ? [] : [`${counted(waiting, 'child', 'children')} waiting`]),
  ].join(' and ');
}

const perSecond = (rate: number) => shown(rate, '/s');
