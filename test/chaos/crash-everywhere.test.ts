import { describe, expect, test } from 'vitest';
import type { Accumulator } from '../../shared/author/reduce.ts';
import { faultAt } from '../../testing/fault-plans.ts';
import type { Fault } from '../../testing/faults.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { REFUSED, RETRIED, scene } from './scene.ts';

const SCENE = { slices: [3, 2, 2], isRedriven: true };

test('without a fault the redrive mends the one failed child', async () => {
  const { world, problems } = await scene(SCENE);
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
    const { world } = await scene(SCENE);
    const { calls } = world.faults;
    expect(calls).toBeGreaterThan(100);
    for (let number = 1; number <= calls; number += step) {
      const { world: hit, problems } = await scene({ ...SCENE, plan: faultAt(number, fault) });
      expect(problems, `${fault} at call ${number}`).toEqual([]);
      expect(hit.journal.faults).toEqual(new Map([[fault, 1]]));
    }
  }, 120_000);
});

describe('a reduce that throws', () => {
  const { reduce } = chaosPipeline({});
  const throwing = (over: Partial<Accumulator>) => ({ ...reduce, start: () => Object.assign(reduce.start(), over) });
  const boom = () => {
    throw new RangeError('boom');
  };
  const failed = { status: 'failed', closed: null, failure: { reason: 'reduce-failed' } };

  test.each([
    ['merge', throwing({ merge: boom })],
    ['start', { ...reduce, start: boom }],
  ])(
    'in %s ends its run as failed, with every row, whatever crashes',
    async (_, broken) => {
      const of = { slices: [3, 2], isRedriven: false, reduce: broken };
      const { world, problems } = await scene(of);
      expect(problems).toEqual([]);
      expect(await world.deps.stores.runs.read('r')).toMatchObject(failed);
      expect((await readReport(world.deps, 'r')).rows).toHaveLength(5);
      const { calls } = world.faults;
      // The run's end, where its reduce is asked.
      for (let number = Math.floor(calls / 2); number <= calls; number++) {
        for (const fault of ['crash-before', 'crash-after'] as const) {
          const { world: hit, problems } = await scene({ ...of, plan: faultAt(number, fault) });
          expect(problems, `${fault} at call ${number}`).toEqual([]);
          expect(await hit.deps.stores.runs.read('r')).toMatchObject(failed);
        }
      }
    },
    120_000,
  );
});
