import { expect, test } from 'vitest';
import { childHistory } from '../../../shared/control/child-history.ts';
import { startRun } from '../../../shared/control/start.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers } from '../../chaos/service.ts';
import { World } from '../../chaos/world.ts';

test('a success that is stored when the report has a failure of its child is said to be too late', async () => {
  const service = (i: number) => answers(i, i === 1 ? { httpStatus: 422, body: '' } : {});
  const world = new World({ pipeline: chaosPipeline({ children: 2 }), service });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  const statuses = async (n: number) =>
    (await childHistory(world.deps, 'r', `0-0.0.${n}`)).map(({ status, isTooLate }) => [status, isTooLate]);
  const late = async (n: number) => {
    const success = { n, status: 'SUCCEEDED', reason: null, result: null, attempts: 1, ms: 1 } as const;
    const page = { id: `late${n}`, at: world.now() + 60_000, outcomes: [success] };
    await world.deps.stores.blocks.putOutcomes('r', { slice: 0, segment: 0, block: 0 }, page, 4_000_000_000);
  };
  await late(0);
  await late(1);
  expect(await statuses(0)).toEqual([
    ['SUCCEEDED', undefined],
    ['SUCCEEDED', undefined],
  ]);
  expect(await statuses(1)).toEqual([
    ['FAILED', undefined],
    ['SUCCEEDED', true],
  ]);
});
