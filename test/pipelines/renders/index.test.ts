import { expect, test } from 'vitest';
import pipeline from '../../../pipelines/renders/index.ts';
import { createApp } from '../../../services/renders/app.ts';
import { runPipeline } from '../../../testing/run-pipeline.ts';

/** Minutes in virtual time for each scene; what it computes takes milliseconds. */
const FRAME_MS = 10_000;
// To draw a mail takes longer than all else here.
const unmailed = { ...pipeline, report: { ...pipeline.report, email: [] } };

test('scenes of minutes are rendered behind their answers; a lost worker is replaced, and one without an end is given up', async () => {
  const started: string[] = [];
  const told: (number | string)[] = [];
  const { rows, status, report } = await runPipeline(unmailed, {
    items: [
      ...Array.from({ length: 6 }, (_, i) => ({ name: `scene-${i}`, radius: 0.7, frames: 6 + i })),
      { name: 'lost', radius: 0.7, frames: 12 },
      { name: 'endless', radius: 0.7, frames: 1_000 },
    ],
    service: ({ method, path, headers, body, attempt, sleep, callBack }) => {
      started.push(`${body.name} ${attempt}`);
      const isLost = body.name === 'lost' && attempt === 1;
      let waits = 0;
      const app = createApp({
        frameMs: FRAME_MS,
        // The worker dies in the middle of its scene, and nobody says so.
        pause: (ms) => (isLost && ++waits > 4 ? new Promise(() => undefined) : sleep(ms)),
        send: async (_, said) => {
          const answer = await callBack(said);
          if (answer === 'too-late') told.push(`${body.name} ${attempt}`);
          return answer;
        },
        behind: (work) => void work,
      });
      return app.request(path, { method, headers, body: JSON.stringify(body) });
    },
  });
  expect(status).toBe('failed');
  const statuses = Object.fromEntries(rows.map(({ item, ...row }) => [item.name, row]));
  expect(statuses['scene-3']).toMatchObject({ status: 'SUCCEEDED', attempts: 1, result: { frames: 9 } });
  expect(statuses.lost).toMatchObject({ status: 'SUCCEEDED', attempts: 2, result: { frames: 12 } });
  expect(statuses.endless).toMatchObject({ status: 'FAILED', reason: 'callback-expired', attempts: 2 });
  expect(rows.filter(({ status: ended }) => ended === 'SUCCEEDED')).toHaveLength(7);
  expect(report.summary.reasons).toMatchObject([{ reason: 'callback-expired', count: 1 }]);
  // The endless scene's first worker heard that nobody waits for it, and stopped; the second one's run ended with it.
  expect(told).toEqual(['endless 1']);
  expect(started.filter((call) => !/^(?:lost|endless)/.test(call))).toHaveLength(6);
  // Two waits of half an hour.
  expect(report.summary.seconds).toBeGreaterThan(2 * 1_800);
});

test('what stands still at its deadline expires, and late words change nothing', async () => {
  const { rows, status } = await runPipeline(
    { ...unmailed, deadlineHours: 0.2, callback: { withinHours: 0.2, onExpiry: 'fail', countsAsInFlight: false } },
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
