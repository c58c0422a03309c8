import { expect, test } from 'vitest';
import { startRun } from '../../../shared/control/start.ts';
import { readProgress } from '../../../shared/control/status.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers } from '../../chaos/service.ts';
import { SECOND, World } from '../../chaos/world.ts';

test('what is counted twice shows no more ends than there are children, and a success before a failure', async () => {
  const service = (i: number) => answers(i, i === 3 ? { httpStatus: 500, retryAfter: '3600', body: '' } : {});
  const world = new World({ pipeline: chaosPipeline({ children: 4 }), service });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.host.run({ limit: world.now() + 20 * SECOND });
  const { progress } = world.deps.stores;
  const bump = (succeeded: number, failed: number) =>
    progress.bump('r', 'other', { succeeded, failed, retried: 0, waiting: 1 }, world.now(), 4_000_000_000);
  expect(await readProgress(world.deps, 'r')).toMatchObject({ total: 4, totalKnown: true, succeeded: 3, failed: 0 });
  await bump(0, 2);
  expect(await readProgress(world.deps, 'r')).toMatchObject({ succeeded: 3, failed: 1, waiting: 0 });
  await bump(3, 0);
  expect(await readProgress(world.deps, 'r')).toMatchObject({ succeeded: 4, failed: 0, waiting: 0 });
});
