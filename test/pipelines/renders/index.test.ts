import { expect, test } from 'vitest';
import { render } from '../../../docs/examples/renders.ts';
import pipeline from '../../../pipelines/renders/index.ts';
import { runPipeline } from '../../../testing/run-pipeline.ts';

test('scenes of minutes are rendered behind their answers; a lost worker is replaced, and one without an end is given up', async () => {
  const { rows, status, report, calls, dropped, heartbeats } = await render();
  expect(status).toBe('failed');
  const statuses = Object.fromEntries(rows.map(({ item, ...row }) => [item.name, row]));
  expect(statuses['scene-3']).toMatchObject({ status: 'SUCCEEDED', attempts: 1, result: { frames: 9 } });
  expect(statuses.lost).toMatchObject({ status: 'SUCCEEDED', attempts: 2, result: { frames: 12 } });
  expect(statuses.endless).toMatchObject({ status: 'FAILED', reason: 'callback-expired', attempts: 2 });
  expect(rows.filter(({ status: ended }) => ended === 'SUCCEEDED')).toHaveLength(7);
  expect(report.summary.reasons).toMatchObject([{ reason: 'callback-expired', count: 1 }]);
  expect(Object.fromEntries(heartbeats)).toMatchObject({ 'scene-3 1': 4, 'lost 1': 2, 'lost 2': 6 });
  // The endless scene's first worker heard that nobody waits for it, and stopped; the second one's run ended with it.
  expect(dropped).toEqual(['endless 1']);
  expect(calls.filter((call) => !/^(?:lost|endless)/.test(call))).toHaveLength(6);
  // Two waits of half an hour.
  expect(report.summary.seconds).toBeGreaterThan(2 * 1_800);
});

test('what stands still at its deadline expires, and late words change nothing', async () => {
  const { rows, status } = await runPipeline(
    {
      ...pipeline,
      report: { ...pipeline.report, email: [] },
      deadlineHours: 0.2,
      callback: { withinHours: 0.2, onExpiry: 'fail', countsAsInFlight: false },
    },
    {
      items: [{ name: 'slow', radius: 0.7, frames: 1 }],
      service: ({ sleep, callBack }) => {
        void sleep(3_600_000).then(() => callBack({ result: { frames: 1, brightness: 1 } }));
        return { status: 202 };
      },
    },
  );
  expect(status).toBe('expired');
  expect(rows).toMatchObject([{ status: 'EXPIRED' }]);
});
