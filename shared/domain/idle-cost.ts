import { PRICES } from './limits.ts';

/** What of a deployment is paid for by the month, though nothing runs. */
export interface Standing {
  readonly alarms: number;
  /** Event-source mappings of queues. */
  readonly mappings: number;
  /** Invocations by the clock, a month. */
  readonly wakes: number;
  /** Memory of what the clock invokes. */
  readonly wakesMB: number;
  /** Of Secrets Manager: the key that signs URLs of callbacks and reports, one for a stage. */
  readonly secrets: number;
}

export const NOTHING_STANDS: Standing = { alarms: 0, mappings: 0, wakes: 0, wakesMB: 0, secrets: 0 };

/** What a pipeline's construct makes; a test counts them in the template. */
export const PIPELINE_ALARMS = 3;

export const MONTH_SECONDS = 30 * 86_400;
/** Lambda's pollers of a mapping that nothing comes through, each asking every twenty seconds. */
const IDLE_POLLERS = 5;
const LONG_POLL_SECONDS = 20;
/** What a sweep that finds no run takes: one query, one item. */
const WAKE_SECONDS = 0.06;
const WAKE_READ_UNITS = 2;

export interface IdleLine {
  readonly what: string;
  /** Why it is paid for. */
  readonly buys: string;
  /** US dollars a month. */
  readonly dollars: number;
}

/** What a deployment costs in a month without a run, at list prices, without free tiers. Stored bytes come on top. */
export function idleCost({ alarms, mappings, wakes, wakesMB, secrets }: Standing): readonly IdleLine[] {
  const polls = mappings * IDLE_POLLERS * (MONTH_SECONDS / LONG_POLL_SECONDS);
  const millions = wakes / 1_000_000;
  const lines: IdleLine[] = [
    {
      what: `${alarms} alarm${alarms === 1 ? '' : 's'}`,
      buys: 'people hear of what failed, of what keeps failing, and of a sweeper that is silent',
      dollars: alarms * PRICES.perAlarmMonth,
    },
    {
      what: `empty polls of ${mappings} queues`,
      buys: 'a start, a slice, a call and a reduce begin within a second; no message that failed is left',
      dollars: (polls / 1_000_000) * PRICES.perMillionQueueRequests,
    },
    {
      what: `${Math.round(wakes)} sweeps`,
      buys: 'what stands still is resumed, deadlines are kept and a missed schedule is seen within minutes',
      dollars:
        millions *
          (PRICES.perMillionSchedules + PRICES.perMillionInvocations + WAKE_READ_UNITS * PRICES.perMillionReadUnits) +
        wakes * WAKE_SECONDS * (wakesMB / 1_024) * PRICES.perLambdaGbSecond,
    },
    {
      what: 'the key that signs URLs',
      buys: 'nobody else can call back or open a report',
      dollars: secrets * PRICES.perSecretMonth,
    },
  ];
  return lines.filter(({ dollars }) => dollars > 0);
}

export const totalDollars = (lines: readonly IdleLine[]): number =>
  lines.reduce((sum, { dollars }) => sum + dollars, 0);
