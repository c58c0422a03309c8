import type { GateView } from '../shared/control/limits.ts';
import { shown } from '../shared/report/format.ts';
import { count, time, timeLeft } from './text.ts';

/** What holds calls back just now, for a line of progress; empty where nothing out of the ordinary does. */
export function gateNote({ shutUntil, breaker, cap, byHand }: GateView, now: number): string {
  if (shutUntil !== null)
    return `${breaker > 0 ? 'service fails' : 'service asks to wait'}, shut for ${left(shutUntil, now)}`;
  if (breaker > 0) return 'service fails, tried with one call at a time';
  if (cap !== null) return `service takes ${count(cap)} at once`;
  return byHand === null ? '' : `held by hand to ${byHandWords(byHand)}`;
}

/** The gate as fields, for `limits` and `show`. */
export function gateFields(gate: GateView, now: number): [string, string | undefined][] {
  const { inFlight, ratePerSecond, waiting, byHand, shutUntil, breaker, cap } = gate;
  return [
    ['in flight', `${count(inFlight)} at most`],
    ['rate', ratePerSecond === null ? 'none' : `${perSecond(ratePerSecond)} at most`],
    ['waiting', waiting === null ? undefined : `${count(waiting)} for callbacks at most`],
    [
      'by hand',
      byHand === null
        ? undefined
        : `${byHandWords(byHand)}${byHand.until === null ? ', until cleared' : `, until ${time(byHand.until)} UTC`}`,
    ],
    ['endpoint', shutUntil === null ? 'open' : `shut for ${left(shutUntil, now)}, until ${time(shutUntil)} UTC`],
    ['breaker', breaker === 0 ? undefined : `opened ${count(breaker)} times in a row: most calls failed`],
    ['pressure', cap === null ? undefined : `the service pushed back: ${count(cap)} calls at once, and growing`],
  ];
}

function byHandWords({ inFlight, ratePerSecond, waiting }: NonNullable<GateView['byHand']>): string {
  return [
    ...(ratePerSecond === undefined ? [] : [perSecond(ratePerSecond)]),
    ...(inFlight === undefined ? [] : [`${count(inFlight)} in flight`]),
    ...(waiting === undefined ? [] : [`${count(waiting)} waiting`]),
  ].join(' and ');
}

const perSecond = (rate: number) => shown(rate, '/s');
const left = (until: number, now: number) => timeLeft(until - now);
