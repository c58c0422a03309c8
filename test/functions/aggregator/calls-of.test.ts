import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { runPipeline } from '../../../testing/run-pipeline.ts';

test('a report says how long calls took, which were made again, and which the service was too busy for', async () => {
  const pipeline = definePipeline({
    name: 'march',
    source: list(() => Array.from({ length: 40 }, (_, n) => n)),
    endpoint: { service: 'march', path: '/' },
    retry: { baseSeconds: 0.1 },
  });
  const met = new Map<number, number>();
  const { report, status } = await runPipeline(pipeline, {
    service({ body }) {
      const times = met.get(body) ?? 0;
      met.set(body, times + 1);
      if (body === 7 && times < 2) return { status: 500, ms: 20 };
      if (body === 9 && times < 1) return { status: 429, ms: 20 };
      return { status: 200, body: {}, ms: body === 39 ? 400 : 20 };
    },
  });
  expect(status).toBe('succeeded');
  const { calls } = report.summary;
  expect(calls).toMatchObject({ repeated: { children: 1, calls: 2 }, pressed: 1 });
  expect(calls?.ended.reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(calls?.medianMs).toBeGreaterThanOrEqual(19);
  expect(calls?.medianMs).toBeLessThanOrEqual(21);
  expect(report.html).toContain('How the calls went');
});
