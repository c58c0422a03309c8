import { expect, test } from 'vitest';
import { callback } from '../../../functions/callback/handler.ts';
import { lambdaContext } from '../../../shared/host/context.ts';
import { Meter } from '../../../testing/meter.ts';
import { NOW, testPipeline, workOf } from '../../shared/support.ts';
import { forwarder } from '../forwarder/forwarder.ts';

const CHILDREN = 256;

test.each([
  ['without a cap', {}, 2.15],
  ['with limits.waiting', { limits: { waiting: 1_000 } }, 2.25],
])('a child that waits costs its page, its set and a share of its message, %s', async (_, limits, most) => {
  const meter = new Meter(() => NOW);
  const urls: string[] = [];
  const pipeline = testPipeline({ callback: { withinHours: 1 }, ...limits });
  const { deps, forward } = await forwarder(
    ({ callback: url }) => {
      urls.push(url ?? '');
      return { kind: 'answer', httpStatus: 202, body: '', isJson: false, retryAfter: null, ms: 5 };
    },
    pipeline,
    meter,
  );
  const before = meter.writeUnits;
  const items = Array.from({ length: 64 }, (_, i) => i);
  await forward([0, 64, 128, 192].map((slot) => [workOf({ slot, items, size: CHILDREN })]));
  expect(urls).toHaveLength(CHILDREN);
  const handle = callback(deps);
  const context = { functionName: 'callback', requestId: 'request', memoryMB: 512, remainingMs: () => 60_000 };
  for (const url of urls) {
    const request = { http: { method: 'POST' } };
    const body = JSON.stringify({ status: 200, result: { frames: 1_440 } });
    const { pathname } = new URL(url);
    const said = await handle(
      { rawPath: pathname, headers: {}, requestContext: request, body },
      lambdaContext(context),
    );
    expect(said).toMatchObject({ statusCode: 200 });
  }
  const { done } = await deps.stores.blocks.read('march', { slice: 0, segment: 0, block: 0 });
  expect(done.size).toBe(CHILDREN);
  expect((meter.writeUnits - before) / CHILDREN).toBeLessThan(most);
});
