import { expect, test } from 'vitest';
import { SYSTEM } from '../../functions/system.ts';
import { startRun } from '../../shared/control/start.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import { type LoadedSystem, loaded } from '../../testing/loaded-system.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers } from './service.ts';
import { HOUR, MINUTE, SECOND, World, type WorldOptions } from './world.ts';

const DEPLOYED = await loaded(SYSTEM);

/** What is deployed, but that some starts of a forwarder fail: its messages are received, and nothing happens to them. */
function startsFail(isBad: () => boolean): LoadedSystem {
  const make = DEPLOYED.handlers.get('forwarder') ?? expect.unreachable();
  const handlers = new Map(DEPLOYED.handlers).set('forwarder', (connectors) => {
    const handle = make(connectors);
    return (event, context) => (isBad() ? Promise.reject(new Error('It does not start.')) : handle(event, context));
  });
  return { ...DEPLOYED, handlers };
}

/** A run of which no forwarder has started for so long; each call's child and time. */
async function started(
  { children, badMs, ...options }: { children: number; badMs: number } & Partial<WorldOptions>,
  isBad: () => boolean = () => true,
) {
  const calls: { readonly i: number; readonly at: number }[] = [];
  const world: World = new World({
    pipeline: chaosPipeline({ children, perSlice: 5_000 }),
    functions: startsFail(() => world.now() < begun + badMs && isBad()),
    service: (i) => {
      calls.push({ i, at: world.now() });
      return answers(i, { ms: 500 });
    },
    ...options,
  });
  const begun = world.now();
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  return { world, calls };
}

async function problems(world: World): Promise<string[]> {
  await world.drain();
  return [...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))];
}

test('640 children received twice are called slot by slot, not one by one', async () => {
  const { world, calls } = await started({ children: 640, badMs: MINUTE });
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 640 });
  expect(calls).toHaveLength(640);
  const times = calls.map(({ at }) => at);
  // Ten slots of half a second each; one by one it is over five minutes.
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(8 * SECOND);
  expect(await problems(world)).toEqual([]);
});

test.each<[string, (i: number) => boolean]>([
  ['cannot start', () => true],
  ['is throttled', (i) => i % 4 > 0],
])('a fleet that %s for an hour: its backlog is called slot by slot, and makes no poison', async (_, isBad) => {
  let invocations = 0;
  const { world, calls } = await started(
    { children: 3_200, badMs: HOUR, pipeline: chaosPipeline({ children: 3_200 }, { inFlight: 512 }) },
    () => isBad(invocations++),
  );
  const begun = world.now();
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 3_200 });
  expect(calls).toHaveLength(3_200);
  const visibility = world.wiring.queues.work.visibilitySeconds * SECOND;
  // Each forwarder's slots, half a second each; one by one it is a quarter of an hour.
  expect(world.now() - begun).toBeLessThan(HOUR + visibility + 2 * MINUTE);
  expect(await problems(world)).toEqual([]);
});

test('a table that fails under marks makes no poison: only the slots that were being called are called alone', async () => {
  let since: number | null = null;
  const plan: FaultPlan = ({ port, method, process }) => {
    if (port !== 'blocks' || process.startsWith('control')) return 'pass';
    // From the first time that a mark is to be ended.
    if (method === 'endMark') since ??= now();
    return since !== null && now() < since + 15 * MINUTE ? 'throttle' : 'pass';
  };
  const { world, calls } = await started({ children: 1_920, badMs: MINUTE, plan: () => plan });
  const now = () => world.now();
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 1_920 });
  const again = calls.length - 1_920;
  const marked = new Set(calls.filter(({ at }) => at <= (since ?? 0)).map(({ i }) => Math.floor(i / 64)));
  expect(marked.size).toBeGreaterThan(0);
  expect(again).toBe(64 * marked.size);
  expect(await problems(world)).toEqual([]);
});
