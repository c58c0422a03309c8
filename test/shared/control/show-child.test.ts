import { expect, test } from 'vitest';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { showChild } from '../../../shared/control/show-child.ts';
import { startRun } from '../../../shared/control/start.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers, type Service } from '../../chaos/service.ts';
import { SECOND, World } from '../../chaos/world.ts';
import { tokenOf, UNTIL, waitingRun } from '../../functions/callback/waiting-run.ts';

test('a child that waits for its callback says until when, and that it was called; one that has ended waits no more', async () => {
  const { deps, ask } = await waitingRun();
  const waits = { status: 'WAITING', attempts: 1, waitsUntil: new Date(UNTIL).toISOString() };
  expect(await showChild(deps, 'march', '0-0.0.0')).toMatchObject(waits);
  await ask({ rawPath: `/callback/${tokenOf()}`, body: '{"status":200}' });
  expect(await showChild(deps, 'march', '0-0.0.0')).toMatchObject({ status: 'SUCCEEDED', waitsUntil: null });
  expect(await showChild(deps, 'march', '0-0.0.1')).toMatchObject(waits);
});

test('a child that a redrive is calling again says so: its calls of both runs, and when the next one is', async () => {
  const service: Service = (i, _, { run }) => {
    if (i !== 3) return answers(i, i === 1 ? { httpStatus: 422, body: '' } : {});
    return run === 'r'
      ? answers(i, { httpStatus: 422, body: '' })
      : answers(i, { httpStatus: 500, retryAfter: '3600', body: '' });
  };
  const world = new World({ pipeline: chaosPipeline({ children: 10 }), service });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  await world.insist((deps) => redriveRun(deps, 'r'));
  await world.host.run({ limit: world.now() + 20 * SECOND });
  expect(await showChild(world.deps, 'r~2', '0-0.0.3')).toMatchObject({
    ...{ id: '0-0.0.3', status: 'WAITING', attempts: 2, reason: null },
    ...{ item: expect.objectContaining({ i: 3 }), nextCallAt: expect.any(String) },
  });
  // One that it doesn't call is as it was.
  expect(await showChild(world.deps, 'r~2', '0-0.0.0')).toMatchObject({ status: 'SUCCEEDED', attempts: 1 });
});
