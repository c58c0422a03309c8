import { expect, test } from 'vitest';
import { moveTask } from '../../../shared/control/tasks.ts';
import { TaskError } from '../../../shared/domain/task-errors.ts';
import { faultAt, randomFaults } from '../../../testing/fault-plans.ts';
import type { Fault } from '../../../testing/faults.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { NOW } from '../../shared/support.ts';
import { CallWorld, cancel, create, SECOND, timesOf } from './call-world.ts';

const at = async ({ clock }: CallWorld, seconds: number) => clock.sleep(NOW + seconds * 1_000 - clock.now());

/** Near and far tasks, one that fails first, a cancel, and a move each way. */
async function scene(world: CallWorld): Promise<void> {
  const ids = ['fails', 'far', 'cancelled', 'nearer', 'later', 'raced'];
  const ended = await world.run(ids, async () => {
    await create(world, { fails: 1, cancelled: 20, later: 5, raced: 2 });
    await create(world, { far: 700, nearer: 90_000 });
    await cancel(world, 'cancelled');
    await world.ask((deps) => moveTask(deps, 'nearer', SECOND + 60)).catch(refused);
    await world.ask((deps) => moveTask(deps, 'later', SECOND + 650)).catch(refused);
    await at(world, 2);
    await cancel(world, 'raced');
  });
  for (const [id, { calls, outcome }] of ended) {
    expect(outcome?.status, id).toBe(world.cancelled.has(id) ? 'CANCELLED' : 'SUCCEEDED');
    // Each death can cost each of those that were under way a call.
    expect(timesOf(world, id).length, id).toBeLessThanOrEqual((id === 'fails' ? 2 : 1) + world.deaths + 1);
    if (outcome?.status === 'CANCELLED' && calls === 0) expect(timesOf(world, id), id).toEqual([]);
  }
  expect(world.cancelled.has('cancelled')).toBe(true);
}

function refused(error: unknown): void {
  if (!(error instanceof TaskError)) throw error;
}

const SCRIPT = { fails: ['fails'] } as const;

test.each<Exclude<Fault, object>>(['crash-before', 'crash-after', 'throttle', 'lose-answer'])(
  '%s at every port call of creating, rounds, claims, settling, cancelling and moving',
  async (fault) => {
    const clean = new CallWorld({ script: SCRIPT });
    await scene(clean);
    expect(timesOf(clean, 'fails')).toHaveLength(2);
    for (let number = 1; number <= clean.faults.calls; number++) {
      const world = new CallWorld({ script: SCRIPT, plan: faultAt(number, fault) });
      await scene(world).catch((error: unknown) => {
        throw new Error(`${fault} at call ${number}: ${String(error)}`, { cause: error });
      });
    }
  },
);

test('chance: crashes, throttles, lost answers and delays, over many seeds', async () => {
  let deaths = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const rates = { crashBefore: 0.02, crashAfter: 0.02, throttle: 0.01, loseAnswer: 0.01, delay: 0.2 };
    const plan = randomFaults(new SeededRandom(seed), { ...rates, maxDelayMs: 3_000 });
    const world = new CallWorld({ seed, script: SCRIPT, plan });
    await scene(world).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    });
    deaths += world.deaths;
  }
  expect(deaths).toBeGreaterThan(40);
});
