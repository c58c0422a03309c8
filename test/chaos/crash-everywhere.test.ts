import { describe, expect, test } from 'vitest';
import { faultAtEach, type SingleFault } from './every-call.ts';
import { readReport } from './report.ts';
import { REFUSED, RETRIED, scene } from './scene.ts';
import { CALLED_BACK, THROWING, WHOLE } from './scenes.ts';
import type { AnyWorld } from './world.ts';

test('without a fault the redrive mends the one failed child', async () => {
  const { world, problems } = await scene(WHOLE);
  expect(problems).toEqual([]);
  const [before, after] = [await readReport(world.deps, 'r'), await readReport(world.deps, 'r~2')];
  expect([before.summary.counts.failed, after.summary.counts.failed]).toEqual([1, 0]);
  expect(before.rows.find(({ i }) => i === RETRIED)?.attempts).toBe(2);
  expect(after.rows.find(({ i }) => i === REFUSED)?.attempts).toBe(2);
  expect(world.mailer.sent).toHaveLength(2);
  expect(world.host.counts.crashed).toBe(0);
});

/**
 * A process that dies is what hurts. One that dies before a call has mostly left what the one leaves that dies after the call
 * before, so each third of those will do here, and of what a process can survive. `crash-everywhere.slow.test.ts` has them all.
 */
describe.each<[SingleFault, step: number]>([
  ['crash-after', 1],
  ['crash-before', 3],
  ['lose-answer', 3],
  ['throttle', 3],
])('%s', (fault, step) => {
  test(step === 1 ? 'at every port call, one after the other' : `at each ${step}rd port call`, async () => {
    expect(await faultAtEach(WHOLE, fault, { step })).toBeGreaterThan(100 / step);
  }, 120_000);
});

test('a process that dies at any port call of a run that is called back leaves every child its outcome', async () => {
  expect(await faultAtEach(CALLED_BACK, 'crash-after')).toBeGreaterThan(40);
}, 120_000);

describe('a reduce that throws', () => {
  const failed = { status: 'failed', closed: null, failure: { reason: 'reduce-failed' } };
  const also = async ({ deps }: AnyWorld) => {
    expect(await deps.stores.runs.read('r')).toMatchObject(failed);
    expect((await readReport(deps, 'r')).rows).toHaveLength(5);
  };
  // The run's end, where its reduce is asked.
  const from = (calls: number) => Math.floor(calls / 2);

  test.each(THROWING)(
    'in %s ends its run as failed, with every row, whatever crashes',
    async (_, of) => {
      expect(await faultAtEach(of, 'crash-after', { from, also })).toBeGreaterThan(20);
      expect(await faultAtEach(of, 'crash-before', { from, also, step: 3 })).toBeGreaterThan(7);
    },
    120_000,
  );
});
