import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import type { Source } from '../../../shared/author/source.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { runPipeline } from '../../../testing/run-pipeline.ts';
import { countRows } from '../support.ts';

const MINUTE = 60_000;

/** So many numbers in each of so many slices, which nothing counts beforehand. */
const uncounted = (slices: number, each: number): Source<number> => ({
  plan: async () => Array.from({ length: slices }, (_, slice) => slice),
  async *read({ cursor }) {
    for (let i = Number(cursor ?? 0); i < each; i++) yield { item: i, cursor: i + 1 };
  },
});

async function run(source: Source<number>, options: { limit?: number; ms?: number } = {}) {
  let calls = 0;
  const definition = definePipeline({
    name: 'squares',
    source,
    endpoint: { service: 'squares', path: '/square', timeoutSeconds: 400 },
    limits: { maxChildren: 300, inFlight: 2 },
    reduce: countRows,
  });
  const ended = await runPipeline(definition, {
    service: () => {
      calls += 1;
      return { status: 200, ms: options.ms ?? 10 };
    },
    ...(options.limit !== undefined && { limit: options.limit }),
  });
  return {
    status: ended.status,
    reason: ended.reason,
    failure: ended.report.summary.failure,
    calls,
    counts: ended.counts,
  };
}

const numbers = (count: number) => list(() => Array.from({ length: count }, (_, i) => i));

test('a source that counts too many is refused at the start, before any call', async () => {
  expect(await run(numbers(301))).toMatchObject({
    status: 'failed',
    reason: 'too-many-children',
    failure: { detail: 'its source counts 301 children; limits.maxChildren allows 300' },
    calls: 0,
  });
});

test('as many as are allowed are none too many, nor are the first of more', async () => {
  expect(await run(numbers(300))).toMatchObject({ status: 'succeeded', calls: 300 });
  expect(await run(numbers(100_000), { limit: 20 })).toMatchObject({ status: 'succeeded', calls: 20 });
});

test('another source is stopped at the first item too many', async () => {
  const ended = await run(uncounted(1, 400));
  expect(ended).toMatchObject({
    status: 'failed',
    reason: 'too-many-children',
    failure: { detail: 'slice 0 alone has come to 301 children; limits.maxChildren allows 300' },
  });
  expect(ended.counts.total).toBeLessThanOrEqual(300);
});

test('slices that come to too many together are stopped within a minute', async () => {
  const ended = await run(uncounted(2, 200), { ms: 5 * MINUTE });
  expect(ended).toMatchObject({
    reason: 'too-many-children',
    failure: { detail: 'its slices have come to 400 children; limits.maxChildren allows 300' },
  });
  expect(ended.calls).toBeLessThan(10);
});
