import { expect, test } from 'vitest';
import { jsonLines } from '../../shared/author/outputs/json-lines.ts';
import { startRun } from '../../shared/control/start.ts';
import { Meter } from '../../testing/meter.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { answerTo, chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { expectWhole, run } from './sized.ts';
import { World } from './world.ts';

/** Around the sizes of a block and of a slice's first segment. `sizes.slow.test.ts` goes over several segments. */
test.each([
  [0, 100_000],
  [1, 100_000],
  [256, 100_000],
  [257, 100_000],
  [4_096, 100_000],
  [4_097, 100_000],
  [4_097, 4_096],
  [100, 1],
])('%i children in slices of %i', expectWhole, 60_000);

test('an empty slice among full ones', async () => {
  const { record, problems } = await run({ slices: [0, 3, 0, 0, 300, 0] });
  expect(problems).toEqual([]);
  expect(record.counts?.total).toBe(303);
});

test('an input of 300 KB and a result of 1 MB go through, and no item or message grows with them', async () => {
  const large = 'y'.repeat(1_000_000);
  const service: Service = (i) =>
    i === 2 ? answers(i, { body: JSON.stringify({ ...answerTo(i), large }) }) : answers(i);
  const { world, objects, record, problems } = await run(
    { children: 100, filler: (i) => (i === 1 ? 300_000 : 0) },
    service,
  );
  expect(problems).toEqual([]);
  expect(record.status).toBe('succeeded');
  const pages = [0].map((block) => world.deps.stores.blocks.readAll('r', { slice: 0, segment: 0, block }));
  for (const content of await Promise.all(pages)) expect(JSON.stringify(content).length).toBeLessThan(100_000);
  const sizes = await Promise.all(objects.keys().map(async (key) => (await objects.get(key)).length));
  expect(sizes.filter((bytes) => bytes > 300_000)).toHaveLength(2);
});

test('results of 100 KB cost a tenth of a request to S3 each, at most: written, reduced and read for an output', async () => {
  const children = 512;
  const large = 'z'.repeat(100_000);
  const meter = new Meter();
  const outputs = {
    sizes: jsonLines({ columns: [{ name: 'size', of: ({ result }) => Object(result).large.length }] }),
  };
  const world = new World({
    pipeline: { ...chaosPipeline({ children }), outputs },
    objects: new MemoryObjects({ meter }),
    service: (i) => answers(i, { body: JSON.stringify({ ...answerTo(i), large }) }),
  });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  const requests = [...meter.requests].filter(([name]) => name.startsWith('objects.'));
  expect(requests.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(children / 10);
  const written = Buffer.from(await world.deps.objects.get('r/outputs/sizes/sizes.jsonl')).toString();
  expect(written).toBe('{"size":100000}\n'.repeat(children));
});
