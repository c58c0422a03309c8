import type { GateView } from '../shared/control/limits.ts';
import type { RunProgress } from '../shared/control/status.ts';
import { shown } from '../shared/report/format.ts';
import { unanswered } from './progress-words.ts';
import { count, counted, type Field, plain, time, timeLeft } from './text.ts';

/**
 * What holds calls back just now, for a line of progress; empty where nothing out of the ordinary does.
 * @param run the run that the line is of: what it names already isn't named again
 */
export function gateNote(
  { shutUntil, breaker, failingFor, cap, byHand, waiting }: GateView,
  now: number,
  run: Partial<Pick<RunProgress, 'retriedFor' | 'waiting'>> = {},
): string {
  const failing = failingWords(failingFor === (run.retriedFor ?? null) ? null : failingFor);
  if (shutUntil !== null) {
    const why = breaker > 0 ? failing : 'the service asked to wait';
    return `${why}: the next call in ${timeLeft(shutUntil - now)}`;
  }
  if (breaker > 0) return `${failing}: trying one at a time`;
  if (cap !== null) return `the service is busy: at most ${counted(cap, 'call')} at once`;
  if (waiting !== null && (run.waiting ?? 0) >= waiting)
    return `limits.waiting: no more than ${counted(waiting, 'child', 'children')} at once wait for callbacks`;
  return byHand === null ? '' : `held by hand to ${byHandWords(byHand)}`;
}

/** What calls are held to, as fields: for `limits`, `show` and the console. */
export function gateFields(gate: GateView, now: number, moment: (at: number) => string = inUtc): Field[] {
  const { inFlight, ratePerSecond, waiting, byHand, shutUntil, breaker, failingFor, cap } = gate;
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
        : `${failingWords(failingFor)}, so calls were stopped for a while: ${counted(breaker, 'time')} in a row`,
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

/** Why the breaker is open: of an earlier run's calls too, whose reasons this run's counters don't have. */
function failingWords(reason: string | null): string {
  if (reason === null) return 'most calls failed';
  return unanswered(reason) ?? `most calls failed (${plain(reason)})`;
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
