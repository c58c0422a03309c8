import { describe, expect, test } from 'vitest';
import type { DefinedLimits } from '../../shared/domain/gate/limits.ts';
import { mostWithin } from '../../testing/call-times.ts';
import {
  answer,
  type FleetCall,
  type FleetPipeline,
  quotaService,
  runFleet,
  type SimulatedService,
  smallService,
} from '../../testing/gate-fleet.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);

const limits = (over: Partial<DefinedLimits> = {}): DefinedLimits => ({
  inFlight: 512,
  burst: 0,
  profiles: [],
  ...over,
});
const pipeline = (over: Partial<FleetPipeline> = {}): FleetPipeline => ({
  name: 'a',
  limits: limits(),
  running: 2,
  children: 1_000,
  ...over,
});
const well = (ms: number) => (): SimulatedService => () => ({ result: answer(200), ms });

/** Share of the calls that were in vain. */
const inVain = (calls: readonly FleetCall[]) => calls.filter(({ kind }) => kind !== 'succeeded').length / calls.length;

const worstSecond = (calls: readonly FleetCall[]) => mostWithin(calls.map(({ at }) => at));

describe('a service that takes 7 calls at once for 50 ms', () => {
  test.each([
    [2, 4_000, 0.05, 0.9],
    [8, 4_000, 0.05, 0.8],
    [20, 8_000, 0.05, 0.85],
    [2, 2_000, 0.12, 0.7],
  ])('gets nearly what it takes from %i forwarders', async (running, children, vain, used) => {
    const { calls, ms, spent } = await runFleet({
      pipelines: [pipeline({ running, children })],
      service: smallService(7, 50),
    });
    expect(calls.filter(({ kind }) => kind === 'succeeded')).toHaveLength(children);
    expect(spent).toBe(0);
    expect(inVain(calls)).toBeLessThan(vain);
    expect(children / (ms / 1_000) / 140).toBeGreaterThan(used);
  });
});

test.each([2, 8, 20])('a quota of 100 a second is used up by %i forwarders', async (running) => {
  const { calls, spent } = await runFleet({
    pipelines: [pipeline({ running, children: 6_000 })],
    service: quotaService(100, 50),
  });
  expect(spent).toBe(0);
  expect(inVain(calls)).toBeLessThan(0.25);
  // While all of them have work.
  const taken = calls.filter(({ kind, at }) => kind === 'succeeded' && at < START + 40_000);
  expect(taken.length).toBeGreaterThan(0.95 * 4_000);
});

test('a Retry-After stops its forwarder at once, and the others within 1.2 s; no try is spent', async () => {
  let asked: number | null = null;
  const service = (): SimulatedService => (now) => {
    if (asked === null && now > START + 3_000) {
      asked = now + 10;
      return { result: answer(503, '5'), ms: 10 };
    }
    return { result: answer(200), ms: 50 };
  };
  const { calls, spent } = await runFleet({ pipelines: [pipeline({ running: 4, children: 80_000 })], service });
  const at = asked ?? 0;
  const told = calls.find(({ kind }) => kind === 'pressure')?.forwarder;
  const during = calls.filter((call) => call.at > at && call.at < at + 5_000);
  expect(during.filter(({ forwarder }) => forwarder === told)).toEqual([]);
  expect(during.filter((call) => call.at > at + 1_200)).toEqual([]);
  expect(calls.filter((call) => call.at >= at + 5_000).length).toBeGreaterThan(1_000);
  expect(spent).toBe(0);
});

describe('a rate', () => {
  test.each([
    ['300 a second', { ratePerSecond: 300 }, 3, 12_000, 300],
    ['300 a second with a burst', { ratePerSecond: 300, burst: 50 }, 3, 12_000, 300],
    ['1 a second', { ratePerSecond: 1 }, 3, 300, 1],
    ['6 a minute', { ratePerMinute: 6 }, 2, 360, 0.1],
  ])('of %s is used and kept, in every second', async (_, rate, running, children, perSecond) => {
    const { calls, ms, meter } = await runFleet({
      pipelines: [pipeline({ limits: limits(rate), running, children })],
      service: well(40),
    });
    const burst = 'burst' in rate ? rate.burst : 0;
    expect(calls).toHaveLength(children);
    expect(worstSecond(calls)).toBeLessThanOrEqual(Math.floor(1.05 * perSecond) + burst + 1);
    expect(children / (ms / 1_000) / perSecond).toBeGreaterThan(0.92);
    if (perSecond === 300) expect(meter.writes / children).toBeLessThan(0.03);
  });

  test('set by hand holds within two seconds, and ends by itself', async () => {
    const set = START + 10_000;
    const { calls } = await runFleet({
      pipelines: [pipeline({ limits: limits({ ratePerSecond: 300 }), running: 3, children: 12_000 })],
      service: well(40),
      meanwhile: (clock, store) =>
        void clock.at(set, () => void store.setByHand({ ratePerSecond: 30, until: set + MINUTE, revision: 1 })),
    });
    const between = (from: number, to: number) => calls.filter(({ at }) => at >= from && at < to);
    expect(worstSecond(between(set + 2_000, set + MINUTE))).toBeLessThanOrEqual(32);
    expect(between(set + 2_000, set + MINUTE).length).toBeGreaterThan(0.92 * 30 * 58);
    expect(between(set + MINUTE + 2_000, set + MINUTE + 12_000).length).toBeGreaterThan(0.92 * 3_000);
  });

  test('that pipelines share holds for their sum', async () => {
    const shared = { limits: limits({ ratePerSecond: 100 }), budget: 'shared#scores', children: 3_000, running: 2 };
    const { calls, ms } = await runFleet({
      pipelines: [pipeline({ name: 'a', ...shared }), pipeline({ name: 'b', ...shared })],
      service: well(40),
    });
    expect(worstSecond(calls)).toBeLessThanOrEqual(106);
    expect(6_000 / (ms / 1_000)).toBeGreaterThan(92);
    // One of them waits at first for calls that the other may have had open alone.
    for (const name of ['a', 'b'])
      expect(
        calls.filter(({ pipeline, at }) => pipeline === name && at > START + 16_000 && at < START + 46_000).length,
      ).toBeGreaterThan(1_000);
  });

  test('of a time of day holds within two seconds of its beginning', async () => {
    // The test begins at midnight, UTC: eleven in Sydney's summer.
    const timeZone = 'Australia/Sydney';
    const fast = { from: '11:01', to: '20:00', timeZone, ratePerSecond: 200 };
    const begins = START + MINUTE;
    const { calls } = await runFleet({
      pipelines: [pipeline({ limits: limits({ ratePerSecond: 20, profiles: [fast] }), children: 6_000 })],
      service: well(40),
    });
    const between = (from: number, to: number) => calls.filter((call) => call.at >= from && call.at < to).length;
    expect(between(begins - 10_000, begins)).toBeLessThan(215);
    expect(between(begins + 2_000, begins + 12_000)).toBeGreaterThan(0.92 * 2_000);
  });
});

test('a service that is dead for an hour is tried seldom, and its children spend few tries', async () => {
  const service = (): SimulatedService => (now) =>
    now < START + HOUR ? { result: answer(502), ms: 30 } : { result: answer(200), ms: 30 };
  const { calls, spent, ms, meter } = await runFleet({ pipelines: [pipeline({ children: 5_000 })], service });
  const during = calls.filter(({ at }) => at < START + HOUR);
  expect(during.length).toBeLessThan(100);
  // One at a time; two where the tickets of both forwarders say so.
  expect(worstSecond(during.filter(({ at }) => at > START + 1_000))).toBeLessThanOrEqual(2);
  expect(spent).toBeLessThan(50);
  // Shut for five minutes at most at once: it is found again within those.
  expect(ms).toBeLessThan(HOUR + 7 * MINUTE);
  expect(meter.writes).toBeLessThan(300);
});

test('a table that can not be reached means silence', async () => {
  const lost = START + 5_000;
  const { calls } = await runFleet({
    pipelines: [pipeline({ limits: limits({ inFlight: 64 }), children: 20_000, running: 4 })],
    service: well(100),
    limitMs: MINUTE,
    unreachable: { from: lost, to: lost + 30_000 },
  });
  expect(calls.filter(({ at }) => at > lost + 3_010 && at < lost + 30_000)).toEqual([]);
  expect(calls.some(({ at }) => at < lost)).toBe(true);
  expect(calls.some(({ at }) => at > lost + 30_000)).toBe(true);
});

test('an endpoint that is opened by hand is called at once, however long it was to be shut', async () => {
  let asked = 0;
  const service = (): SimulatedService => () => {
    asked += 1;
    return asked === 10 ? { result: answer(429, '7200'), ms: 10 } : { result: answer(200), ms: 50 };
  };
  const opened = START + 70_000;
  const { calls } = await runFleet({
    pipelines: [pipeline({ children: 2_000 })],
    service,
    meanwhile: (clock, store) => void clock.at(opened, () => void store.open()),
  });
  expect(calls.filter(({ at }) => at > START + 2_000 && at < opened)).toEqual([]);
  // A message that waits in the queue comes when it was told to.
  expect(Math.max(...calls.map(({ at }) => at))).toBeLessThan(START + 6 * MINUTE);
});

test('two in flight are two, whatever happens', async () => {
  const { mostOpen, calls } = await runFleet({
    pipelines: [pipeline({ limits: limits({ inFlight: 2 }), children: 300 })],
    service: smallService(1, 50),
  });
  expect(mostOpen).toBe(2);
  expect(calls.filter(({ kind }) => kind === 'succeeded')).toHaveLength(300);
});

test('pipelines that share a budget have no more calls in flight together than one, and one at work has them all', async () => {
  const shared = { limits: limits({ inFlight: 40 }), budget: 'shared#scores', timeoutMs: 2_000 };
  const came = MINUTE;
  const { calls, mostOpen } = await runFleet({
    pipelines: [
      pipeline({ name: 'a', ...shared, children: 16_000 }),
      pipeline({ name: 'b', ...shared, children: 1_200, startMs: came }),
    ],
    service: well(1_000),
  });
  expect(mostOpen).toBe(40);
  const inMinute = (name: string, from: number) =>
    calls.filter(({ pipeline, at }) => pipeline === name && at >= START + from && at < START + from + MINUTE).length;
  expect(inMinute('a', 0)).toBeGreaterThan(0.9 * 40 * 60);
  for (const name of ['a', 'b']) expect(inMinute(name, came + 10_000)).toBeGreaterThan(0.85 * 20 * 60);
  // The other left within two minutes.
  expect(inMinute('a', came + 4 * MINUTE)).toBeGreaterThan(0.9 * 40 * 60);
});

test('however pipelines that share a budget come and go, and however long their calls and the table take', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = new SeededRandom(seed);
    const of = { limits: limits({ inFlight: 12 }), budget: 'shared#scores', timeoutMs: 3_000 };
    const pipelines = ['a', 'b', 'c'].map((name) =>
      pipeline({
        ...of,
        name,
        children: 20 + random.integer(300),
        startMs: random.integer(seed % 2 ? 3_000 : 150_000),
      }),
    );
    const { mostOpen, calls } = await runFleet({
      seed,
      pipelines,
      tableMs: 5 + random.integer(600),
      service: () => () => ({ result: answer(200), ms: 200 + random.integer(2_800) }),
    });
    expect(mostOpen).toBeLessThanOrEqual(12);
    expect(calls).toHaveLength(pipelines.reduce((sum, { children }) => sum + children, 0));
  }
});

test('while nothing is set, it costs a small read a second and forwarder, and a write a minute', async () => {
  const { meter, ms } = await runFleet({
    pipelines: [pipeline({ running: 8, limits: limits({ inFlight: 64 }), children: 12_000 })],
    service: well(1_000),
  });
  const seconds = ms / 1_000;
  expect(seconds).toBeGreaterThan(180);
  expect(meter.readUnits).toBeLessThan(8 * seconds * 1.05);
  expect(meter.writes).toBeLessThanOrEqual(seconds / 60 + 2);
});
