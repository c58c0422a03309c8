import type { DefinedLimits } from '../../shared/domain/gate/limits.ts';
import { mostWithin } from '../../testing/call-times.ts';
import {
  answer,
  type FleetCall,
  type FleetOptions,
  type FleetPipeline,
  quotaService,
  runFleet,
  type SimulatedService,
  smallService,
} from '../../testing/gate-fleet.ts';
import { type Check, check } from '../targets.ts';
import type { PushRow } from './rows.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);

/** What takes hours, or more forwarders than a machine has room for. */
export const VIRTUAL_ROWS: readonly PushRow[] = [
  ...[8, 20].map((running) => smallRow(running, 20_000, 0.8)),
  ...[2, 8, 20].map((running) => smallRow(running, 2_000, 0.7)),
  ...[8, 20].map(quotaRow),
  rateRow('1 a second, for an hour', { ratePerSecond: 1 }, 1, 3_600),
  rateRow('6 a minute, for an hour', { ratePerMinute: 6 }, 0.1, 360),
  row('a service that is dead for an hour', deadForAnHour),
  row('another profile from 20:00 in Sydney on', profileSwitch),
];

function smallRow(running: number, children: number, share: number): PushRow {
  const atOnce = 7;
  const ms = 50;
  return row(`${atOnce} calls at once, ${ms} ms, 429 otherwise: ${many(children)}, ${running} forwarders`, async () => {
    const seen = await fleet({ running, children }, smallService(atOnce, ms));
    const most = (atOnce * SECOND) / ms;
    return [
      ...unharmed(seen, children),
      check('calls in vain, share', 'at most', 0.12, inVain(seen.calls)),
      check("share of the service's throughput", 'at least', share, (children / seen.ms) * (SECOND / most)),
    ];
  });
}

function quotaRow(running: number): PushRow {
  const quota = 100;
  const children = 6_000;
  return row(`quota of ${quota}/s, 429 above: ${many(children)}, ${running} forwarders`, async () => {
    const seen = await fleet({ running, children }, quotaService(quota, 50));
    // Behind that some forwarders have no work any more.
    const whileBusy = 40 * SECOND;
    const taken = seen.calls.filter(({ kind, at }) => kind === 'succeeded' && at < START + whileBusy).length;
    return [
      ...unharmed(seen, children),
      check('calls in vain, share', 'at most', 0.25, inVain(seen.calls)),
      check('share of the quota used while there is work', 'at least', 0.95, taken / (quota * (whileBusy / SECOND))),
    ];
  });
}

function rateRow(name: string, limits: Partial<DefinedLimits>, perSecond: number, children: number): PushRow {
  return row(`a rate of ${name}, 2 forwarders`, async () => {
    const seen = await fleet({ children, limits: withDefaults(limits) }, well(40));
    return [
      ...unharmed(seen, children),
      check('calls in the worst second', 'at most', Math.floor(1.05 * perSecond) + 1, mostWithin(timesOf(seen.calls))),
      check('share of the rate used', 'at least', 0.92, children / (seen.ms / SECOND) / perSecond),
    ];
  });
}

async function deadForAnHour(): Promise<Check[]> {
  const service = (): SimulatedService => (now) => ({ result: answer(now < START + HOUR ? 502 : 200), ms: 30 });
  const children = 5_000;
  const seen = await fleet({ children }, service);
  const during = timesOf(seen.calls).filter((at) => at < START + HOUR);
  return [
    check('children without success', 'at most', 0, children - succeeded(seen.calls)),
    // Two forwarders may try it in the same second.
    check('calls in the worst 10 s: one a second', 'at most', 10, mostWithin(during.filter(isKnownDead), 10 * SECOND)),
    check('calls in the hour', 'at most', 100, during.length),
    check('tries that children spent', 'at most', 0.01 * children, seen.spent),
    check("writes of the gate's items", 'at most', 300, seen.meter.writes),
  ];
}

/** The first twenty answers are what says so. */
const isKnownDead = (at: number) => at > START + SECOND;

async function profileSwitch(): Promise<Check[]> {
  const [slow, fast] = [20, 200];
  const evening = { from: '20:00', to: '06:00', timeZone: 'Australia/Sydney', ratePerSecond: fast };
  // Eleven hours ahead of UTC in January.
  const begins = START + 9 * HOUR;
  const children = 60 * slow + 30 * fast;
  const seen = await fleet(
    { children, limits: withDefaults({ ratePerSecond: slow, profiles: [evening] }) },
    well(40),
    begins - MINUTE,
  );
  const between = (from: number, to: number) => timesOf(seen.calls).filter((at) => at >= from && at < to).length;
  return [
    ...unharmed(seen, children),
    check('calls in the 10 s before', 'at most', 1.05 * slow * 10 + 1, between(begins - 10 * SECOND, begins)),
    check(
      'share of the new rate used from 2 s on',
      'at least',
      0.92,
      between(begins + 2 * SECOND, begins + 12 * SECOND) / (fast * 10),
    ),
  ];
}

type Seen = Awaited<ReturnType<typeof runFleet>>;

function fleet(
  of: Pick<FleetPipeline, 'children'> & Partial<FleetPipeline>,
  service: FleetOptions['service'],
  start = START,
): Promise<Seen> {
  return runFleet({
    start,
    pipelines: [{ name: 'a', limits: withDefaults({}), running: 2, ...of }],
    service,
  });
}

function unharmed({ calls, spent }: Seen, children: number): Check[] {
  return [
    check('children without success', 'at most', 0, children - succeeded(calls)),
    check('tries that children spent', 'at most', 0, spent),
  ];
}

function row(name: string, measure: () => Promise<Check[]>): PushRow {
  return { name, on: 'virtual time', measure };
}

const withDefaults = (limits: Partial<DefinedLimits>): DefinedLimits => ({
  inFlight: 512,
  burst: 0,
  profiles: [],
  ...limits,
});
const well = (ms: number) => (): SimulatedService => () => ({ result: answer(200), ms });
const timesOf = (calls: readonly FleetCall[]) => calls.map(({ at }) => at);
const succeeded = (calls: readonly FleetCall[]) => calls.filter(({ kind }) => kind === 'succeeded').length;
const inVain = (calls: readonly FleetCall[]) => 1 - succeeded(calls) / calls.length;
function many(children: number): string {
  return `${children.toLocaleString('en-US')} children`;
}
