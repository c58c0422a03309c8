import { Hono } from 'hono';
import { definePipeline, list, statistics } from 'microprocess';
import { runPipeline } from 'microprocess/testing';
import { expect, test } from 'vitest';

const app = new Hono();
app.post('/score', async (context) => {
  const { name } = await context.req.json();
  return context.json({ score: name.length });
});

const scores = definePipeline({
  name: 'scores',
  source: list(() => [{ name: 'Example' }, { name: 'Sample' }]),
  endpoint: { service: 'scores', path: '/score' },
  reduce: statistics({ value: 'score', label: 'name' }),
});

test('pipeline and service understand each other', async () => {
  const { status, report } = await runPipeline(scores, {
    service: ({ method, path, headers, body }) => app.request(path, { method, headers, body: JSON.stringify(body) }),
  });
  expect(status).toBe('succeeded');
  expect(report.csv).toContain('Example,7,SUCCEEDED');
});
