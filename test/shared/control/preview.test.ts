import { expect, test } from 'vitest';
import { statistics } from '../../../shared/author/reducers/statistics.ts';
import { previewReport } from '../../../shared/control/preview.ts';
import { readSummary } from '../../../shared/control/read-summary.ts';
import { startRun } from '../../../shared/control/start.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers } from '../../chaos/service.ts';
import { MINUTE, World } from '../../chaos/world.ts';

test('the report so far holds the children that have ended, and is the report once all have', async () => {
  const pipeline = chaosPipeline({ children: 600, perSlice: 300 });
  const here = new World({
    pipeline: { ...pipeline, reduce: statistics({ value: 'value', columns: ['value'] }) },
    service: (i) => (i % 10 === 7 ? answers(i, { httpStatus: 422, body: '' }) : answers(i)),
  });
  await here.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const preview = async (budgetMs = MINUTE) => {
    const record = await here.deps.stores.runs.read('r');
    return record && previewReport(here.deps, record, budgetMs);
  };
  await here.host.run({ until: () => here.journal.calls.size > 400, limit: here.now() + MINUTE });
  const before = await preview();
  expect(before).toMatchObject({ failure: null, isWhole: true });
  expect(before?.counts.failed).toBeGreaterThan(0);
  expect(before?.counts.total).toBeLessThan(600);
  expect(before?.sections).toContainEqual(
    expect.objectContaining({
      figures: expect.arrayContaining([
        expect.objectContaining({ label: 'Measured', value: before?.counts.succeeded }),
      ]),
    }),
  );
  expect(await preview(0)).toMatchObject({ isWhole: false, counts: { total: 0 } });

  const record = await here.runToEnd('r');
  const { counts, sections } = await readSummary(here.deps.objects, record);
  expect(await preview()).toEqual({ counts, sections, failure: null, isWhole: true });
});
