import { describe, expect, test } from 'vitest';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { faultAt } from '../../shared/stores/memory/fault-plans.ts';
import type { Fault, FaultPlan } from '../../shared/stores/memory/faults.ts';
import { storedChildren } from './chain.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Service } from './service.ts';
import { World } from './world.ts';

/** A block of two pages, for its items are large, and two of one: a child is called twice, another fails until it is redriven. */
const SLICES = [3, 2, 2];
const filler = (i: number) => (i < 3 ? 31_000 : 0);
const RETRIED = 1;
const REFUSED = 4;

const service: Service = (i, nth, { run }) => {
  if (i === RETRIED && nth === 1) return answers(i, { httpStatus: 503, retryAfter: '1', body: '' });
  if (i === REFUSED && run === 'r') return answers(i, { httpStatus: 422, body: '' });
  return answers(i);
};

/** A run and its redrive, from start to report, with one fault at most; everything that is wrong afterwards. */
async function scene(plan?: FaultPlan) {
  const world = new World({
    pipeline: chaosPipeline({ slices: SLICES, filler }),
    service,
    ...(plan && { plan: () => plan }),
  });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  await world.insist((deps) => redriveRun(deps, 'r'));
  await world.runToEnd('r~2');
  await world.drain();
  const problems = [
    ...(await checkRun(world, 'r', { samples: 3 })).problems,
    ...(await checkRun(world, 'r~2', { samples: 3, expected: await storedChildren(world.deps, 'r') })).problems,
    ...(await checkQueues(world)),
  ];
  return { world, problems };
}

test('without a fault the redrive mends the one failed child', async () => {
  const { world, problems } = await scene();
  expect(problems).toEqual([]);
  const [before, after] = [await readReport(world.deps, 'r'), await readReport(world.deps, 'r~2')];
  expect([before.summary.counts.failed, after.summary.counts.failed]).toEqual([1, 0]);
  expect(before.rows.find(({ i }) => i === RETRIED)?.attempts).toBe(2);
  expect(after.rows.find(({ i }) => i === REFUSED)?.attempts).toBe(2);
  expect(world.mailer.sent).toHaveLength(2);
  expect(world.host.counts.crashed).toBe(0);
});

// A process that dies is what hurts; of what it can survive, each third call will do.
describe.each<[Exclude<Fault, object>, step: number]>([
  ['crash-before', 1],
  ['crash-after', 1],
  ['lose-answer', 3],
  ['throttle', 3],
])('%s', (fault, step) => {
  test(step === 1 ? 'at every port call, one after the other' : `at each ${step}rd port call`, async () => {
    const { world } = await scene();
    const { calls } = world.faults;
    expect(calls).toBeGreaterThan(100);
    for (let number = 1; number <= calls; number += step) {
      const { world: hit, problems } = await scene(faultAt(number, fault));
      expect(problems, `${fault} at call ${number}`).toEqual([]);
      expect(hit.journal.faults).toEqual(new Map([[fault, 1]]));
    }
  }, 120_000);
});
