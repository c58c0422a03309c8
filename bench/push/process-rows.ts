import { setTimeout as delay } from 'node:timers/promises';
import { setLimits } from '../../shared/control/limits.ts';
import { startRun } from '../../shared/control/start.ts';
import { mostWithin, quantile } from '../../testing/call-times.ts';
import { type Check, check } from '../targets.ts';
import { type Fleet, type FleetPart, type FleetPipeline, withFleet } from './fleet.ts';
import type { PushRow } from './rows.ts';
import type { GateCosts, ServiceCall, ServiceRule, ServiceSaw } from './settings.ts';

/** What a fleet of real processes is held to, in real time. */
export const PROCESS_ROWS: readonly PushRow[] = [
  row('7 calls at once, 50 ms, 429 otherwise: 20,000 children, 2 processes', () => small(20_000, 0.8)),
  row('7 calls at once, 50 ms, 429 otherwise: 2,000 children, 2 processes', () => small(2_000, 0.7)),
  row('quota of 100/s, 429 above: 6,000 children, 2 processes', quota),
  row('Retry-After: 5, 2 processes', retryAfter),
  row('a rate of 300/s, 3 processes', () => rate(3, 6_000)),
  row('a rate of 300/s, 2 processes', () => rate(2, 4_500)),
  row('a rate of 300/s, by hand 30/s for a minute, 2 processes', byHand),
  row('2 calls in flight, processes killed by SIGKILL', killed),
  row('a rate of 100/s that two pipelines share, 2 processes each', sharedRate),
  row('64 calls in flight that two pipelines share, 2 processes each', sharedFlight),
  row('nothing set, 2 processes: what the gate costs', steady),
  row('fairRuns: 600 children beside 6,000, 2 processes', fair),
];

async function small(children: number, share: number): Promise<Check[]> {
  const seen = await runOnce({ children, processes: 2 }, { ms: 50, atOnce: 7 }, 400);
  return [
    ...unharmed(seen),
    check('calls in vain, share', 'at most', 0.12, inVain(seen.calls)),
    check("share of the service's throughput", 'at least', share, perSecond(succeeded(seen.calls)) / 140),
  ];
}

async function quota(): Promise<Check[]> {
  const seen = await runOnce({ children: 6_000, processes: 2 }, { ms: 50, perSecond: 100 }, 200);
  const first = seen.calls[0]?.at ?? 0;
  // Behind that some forwarders have no work any more.
  const used = between(succeeded(seen.calls), first, first + 40_000).length;
  return [
    ...unharmed(seen),
    check('calls in vain, share', 'at most', 0.25, inVain(seen.calls)),
    check('share of the quota used while there is work', 'at least', 0.95, used / 4_000),
  ];
}

async function retryAfter(): Promise<Check[]> {
  const rule = { ms: 100, retryAfter: { call: 1_500, seconds: 5 } };
  const seen = await runOnce({ children: 6_000, processes: 2, limits: { inFlight: 64 } }, rule, 90);
  const told = seen.calls.find(({ status }) => status === 503);
  const at = told?.answeredAt ?? 0;
  const during = between(seen.calls, at, at + 5_000);
  return [
    ...unharmed(seen),
    check('answers with Retry-After', 'at least', 1, told ? 1 : 0),
    // What was under way when it was answered comes a little later.
    check(
      'calls of the forwarder that got it, from 0.1 s on',
      'at most',
      0,
      during.filter((call) => call.forwarder === told?.forwarder && call.at > at + 100).length,
    ),
    check('calls of all, from 1.2 s on', 'at most', 0, between(during, at + 1_200, at + 5_000).length),
    check(
      'calls behind the five seconds',
      'at least',
      1_000,
      seen.calls.filter((call) => call.at >= at + 5_000).length,
    ),
  ];
}

async function rate(processes: number, children: number): Promise<Check[]> {
  const limits = { inFlight: 256 * processes, ratePerSecond: 300 };
  const seen = await runOnce({ children, processes, limits }, { ms: 40 }, 90);
  return [
    ...unharmed(seen),
    check(worstSecond(seen), 'at most', mostInSecond(300), mostWithin(timesOf(seen.calls))),
    check('share of the rate used', 'at least', 0.92, perSecond(seen.calls) / 300),
    // Promised for two; where more of them share it, each buys less at once.
    ...(processes === 2
      ? [check('writes for the rate, a child', 'at most', 0.03, seen.costs.gateWrites / children)]
      : []),
  ];
}

async function byHand(): Promise<Check[]> {
  const part = { children: 9_000, processes: 2, limits: { ratePerSecond: 300 } };
  let set = 0;
  const seen = await runOnce(part, { ms: 40 }, 180, async ({ deps }) => {
    await delay(8_000);
    set = Date.now();
    await setLimits(deps, { ratePerSecond: 30, forMs: 60_000 });
  });
  const slow = between(seen.calls, set + 2_000, set + 60_000);
  const again = between(seen.calls, set + 62_000, set + 72_000);
  return [
    ...unharmed(seen),
    check(`${worstSecond(seen)} from 2 s on`, 'at most', mostInSecond(30), mostWithin(timesOf(slow))),
    check('share of the rate by hand used', 'at least', 0.92, slow.length / (58 * 30)),
    check('share of the rate used, from 2 s behind its end on', 'at least', 0.92, again.length / 3_000),
  ];
}

async function killed(): Promise<Check[]> {
  const kills = 6;
  const part = { children: 20_000, processes: 2, limits: { inFlight: 2 } };
  const setup = { parts: [partOf(part)], service: { ms: 50 }, seconds: 120 };
  return withFleet(setup, async (fleet) => {
    const [pipeline] = fleet.pipelines;
    await startRun(pipeline?.deps ?? absent(), { runId: 'run' }, 'cli');
    for (let kill = 0; kill < kills; kill++) {
      const { calls } = await fleet.saw();
      await untilSeen(fleet, calls.length + 40);
      await pipeline?.kill();
    }
    const before = (await fleet.saw()).calls.length;
    await untilSeen(fleet, before + 100);
    const { calls, mostOpen, mostConnections } = await fleet.saw();
    return [
      check('calls open at once', 'at most', 2, mostOpen),
      check('connections open at once', 'at most', 2, mostConnections),
      check('forwarders killed, and others that called then', 'at least', kills + 2, forwardersOf(calls).size),
      check('calls that a kill cut off', 'at least', 1, calls.filter(({ answeredAt }) => answeredAt === null).length),
    ];
  });
}

/** Of two pipelines that share a budget the second waits for calls that the first may have had open alone. */
const JOINED_MS = 10_000;

async function sharedRate(): Promise<Check[]> {
  const children = 2_500;
  const limits = { inFlight: 64, ratePerSecond: 100, sharedAs: 'scores' };
  const parts = ['one', 'two'].map((name) => partOf({ name, children, processes: 2, limits, timeoutSeconds: 2 }));
  return withFleet({ parts, service: { ms: 40 }, seconds: 120 }, async (fleet) => {
    for (const { deps } of fleet.pipelines) await startRun(deps, { runId: 'run' }, 'cli');
    await Promise.all(fleet.pipelines.map(({ ended }) => ended(1)));
    const saw = await fleet.saw();
    const { calls } = saw;
    const first = (calls[0]?.at ?? 0) + JOINED_MS;
    const busy = between(calls, first, first + 30_000);
    const least = Math.min(...parts.map(({ name }) => busy.filter(({ pipeline }) => pipeline === name).length));
    return [
      check('children without success', 'at most', 0, 2 * children - succeeded(calls).length),
      check(`${worstSecond(saw)} of both`, 'at most', mostInSecond(100), mostWithin(timesOf(calls))),
      check('share of the rate used by both', 'at least', 0.92, busy.length / 3_000),
      check('calls of the slower one in 30 s', 'at least', 1_000, least),
    ];
  });
}

async function sharedFlight(): Promise<Check[]> {
  const children = 6_000;
  const ms = 200;
  const limits = { inFlight: 64, sharedAs: 'scores' };
  const parts = ['one', 'two'].map((name) => partOf({ name, children, processes: 2, limits, timeoutSeconds: 2 }));
  return withFleet({ parts, service: { ms }, seconds: 120 }, async (fleet) => {
    for (const { deps } of fleet.pipelines) {
      await startRun(deps, { runId: 'run' }, 'cli');
      // The first has all of it when the second comes.
      await untilSeen(fleet, 1_000);
    }
    await Promise.all(fleet.pipelines.map(({ ended }) => ended(1)));
    const { calls, mostOpen } = await fleet.saw();
    const second = calls.filter(({ pipeline }) => pipeline === 'two');
    const joined = second[0]?.at ?? 0;
    const both = between(calls, joined, joined + 10_000).length / 10;
    return [
      check('children without success', 'at most', 0, 2 * children - succeeded(calls).length),
      check('calls of both open at once', 'at most', limits.inFlight, mostOpen),
      check('share of the limit used by both', 'at least', 0.75, (both * ms) / 1_000 / limits.inFlight),
      check('calls of the one that came, in 10 s', 'at least', 1_000, between(second, joined, joined + 10_000).length),
    ];
  });
}

async function steady(): Promise<Check[]> {
  const processes = 2;
  const seen = await runOnce({ children: 20_000, processes }, { ms: 1_000 }, 120);
  const times = timesOf(seen.calls);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000 + 1;
  return [
    ...unharmed(seen),
    check('reads, a forwarder and second', 'at most', 1, seen.costs.gateReads / seconds / processes),
    // Each forwarder finds no cap at first, and one of them writes it.
    check('writes, of a run of less than a minute', 'at most', 1 + processes, seen.costs.gateWrites),
  ];
}

async function fair(): Promise<Check[]> {
  const part = partOf({ children: 6_000, processes: 2, limits: { inFlight: 64, fairRuns: true } });
  return withFleet({ parts: [part], service: { ms: 200 }, seconds: 120 }, async (fleet) => {
    const [pipeline] = fleet.pipelines;
    const { deps, ended } = pipeline ?? absent();
    const startedAt = new Map<string, number>();
    const start = (runId: string, limit: number) => {
      startedAt.set(runId, Date.now());
      return startRun(deps, { runId, limit }, 'cli');
    };
    // The first of a process is slow.
    for (const [index, runId] of ['warm', 'alone'].entries()) {
      await start(runId, 600);
      await ended(index + 1);
    }
    await start('large', 6_000);
    await delay(5_000);
    await start('small', 600);
    await ended(4);
    const { calls } = await fleet.saw();
    const medianWait = (run: string) =>
      quantile(timesOf(calls.filter((call) => call.run === run)), 0.5) - (startedAt.get(run) ?? 0);
    const [alone, beside] = [medianWait('alone'), medianWait('small')];
    const [small, large] = ['small', 'large'].map((run) => calls.filter((call) => call.run === run));
    return [
      check('children without success', 'at most', 0, 7_800 - succeeded(calls).length),
      check("calls of the large run behind the small one's last", 'at least', 1, behind(large, small)),
      check("median wait of the small run's children, of alone", 'at most', 2, beside / alone),
    ];
  });
}

/** How many calls of one run began behind all of the other. */
function behind(run: readonly ServiceCall[] = [], other: readonly ServiceCall[] = []): number {
  const last = Math.max(...timesOf(other));
  return run.filter(({ at }) => at > last).length;
}

interface Seen extends ServiceSaw {
  readonly costs: GateCosts;
  readonly children: number;
  /** Of the run's own summary. */
  readonly succeeded: number;
}

/** One run to its end. */
function runOnce(
  over: Partial<FleetPart> & Pick<FleetPart, 'children' | 'processes'>,
  service: ServiceRule,
  seconds: number,
  meanwhile: (pipeline: FleetPipeline) => Promise<void> = async () => {},
): Promise<Seen> {
  const part = partOf(over);
  return withFleet({ parts: [part], service, seconds }, async (fleet) => {
    const pipeline = fleet.pipelines[0] ?? absent();
    const { runId } = await startRun(pipeline.deps, {}, 'cli');
    await Promise.all([pipeline.ended(1), meanwhile(pipeline)]);
    const run = await pipeline.deps.stores.runs.read(runId);
    const [saw, costs] = await Promise.all([fleet.saw(), fleet.costs()]);
    return { ...saw, costs, children: part.children, succeeded: run?.counts?.succeeded ?? 0 };
  });
}

function partOf(over: Partial<FleetPart> & Pick<FleetPart, 'children' | 'processes'>): FleetPart {
  return { name: 'push', limits: {}, timeoutSeconds: 10, ...over };
}

/** Looks until the service has seen so many calls. */
async function untilSeen(fleet: Fleet, calls: number): Promise<void> {
  while ((await fleet.saw()).calls.length < calls) await delay(100);
}

function unharmed({ calls, children, succeeded }: Seen): Check[] {
  return [
    check('children without success', 'at most', 0, children - succeeded),
    check('calls that name a spent try', 'at most', 0, calls.filter(({ attempt }) => attempt > 1).length),
  ];
}

function row(name: string, measure: () => Promise<Check[]>): PushRow {
  return { name, on: 'processes', measure };
}

function absent(): never {
  throw new TypeError('A fleet has a pipeline at least.');
}

const succeeded = (calls: readonly ServiceCall[]) => calls.filter(({ status }) => status === 200);
const inVain = (calls: readonly ServiceCall[]) => 1 - succeeded(calls).length / calls.length;
const timesOf = (calls: readonly ServiceCall[]) => calls.map(({ at }) => at);
const forwardersOf = (calls: readonly ServiceCall[]) => new Set(calls.map(({ forwarder }) => forwarder));
const between = (calls: readonly ServiceCall[], from: number, to: number) =>
  calls.filter(({ at }) => at >= from && at < to);
/** A service that stood still sees calls come together that didn't begin so: the machine was busy. */
const worstSecond = ({ longestPauseMs }: ServiceSaw) =>
  `calls in the worst second (service paused ${Math.round(longestPauseMs)} ms)`;
/** 105 % and a call. */
const mostInSecond = (ratePerSecond: number) => Math.floor(1.05 * ratePerSecond) + 1;

/** From the first to the last of them. */
function perSecond(calls: readonly ServiceCall[]): number {
  const times = timesOf(calls);
  return calls.length / ((Math.max(...times) - Math.min(...times)) / 1_000);
}
