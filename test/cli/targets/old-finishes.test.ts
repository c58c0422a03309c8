import { expect, test } from 'vitest';
import { endOldFinishes } from '../../../cli/targets/old-finishes.ts';
import { aRun } from '../../contracts/fixtures.ts';
import { testDeps } from '../../shared/support.ts';

test('a finish whose finisher is gone can be taken at once, and no other run is touched', async () => {
  const deps = testDeps();
  const { runs } = deps.stores;
  const far = deps.clock.now() + 900_000;
  for (const run of ['finishing', 'splitting']) {
    await runs.create(aRun({ run }));
    await runs.move(run, 'split');
  }
  await runs.leaseFinish('finishing', 'gone', deps.clock.now(), far);
  expect(await runs.leaseFinish('finishing', 'next', deps.clock.now(), far)).toBeNull();
  await endOldFinishes(deps);
  deps.clock.time += 1;
  expect(await runs.leaseFinish('finishing', 'next', deps.clock.now(), far)).not.toBeNull();
  expect((await runs.read('splitting'))?.status).toBe('splitting');
});
