import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultAt } from '../../testing/fault-plans.ts';
import { type EmulatedWorlds, startEmulatedWorlds } from './emulated/emulated-worlds.ts';
import { scene } from './scene.ts';
import type { WorldOptions } from './world.ts';

/**
 * A crash at every port call of a run of three children, over the adapters and emulators of `emulated.test.ts`. What dies
 * before a call has mostly left what it leaves that dies after the one before, so each third of those will do here;
 * `crash-everywhere.test.ts` has them all, in memory.
 */
let emulated: EmulatedWorlds | undefined;
beforeAll(async () => {
  emulated = await startEmulatedWorlds();
}, 30_000);
afterAll(async () => emulated?.stop());

const SCENE = {
  slices: [3],
  isRedriven: false,
  isSwept: false,
  makeWorld: (options: WorldOptions) =>
    emulated?.world(options) ?? expect.unreachable('The emulators run inside tests only.'),
};

describe.each([
  ['crash-after', 1, 50],
  ['crash-before', 3, 20],
] as const)('%s over the emulators', (fault, step, least) => {
  test(step === 1 ? 'at every port call, one after the other' : `at each ${step}rd port call`, async () => {
    const { world, problems } = await scene(SCENE);
    expect(problems).toEqual([]);
    let crashes = 0;
    for (let number = 1; number <= world.faults.calls; number += step) {
      const { world: hit, problems } = await scene({ ...SCENE, plan: faultAt(number, fault) });
      expect(problems, `${fault} at call ${number}`).toEqual([]);
      expect(hit.journal.faults).toEqual(new Map([[fault, 1]]));
      crashes += 1;
    }
    expect(crashes).toBeGreaterThanOrEqual(least);
  }, 180_000);
});
