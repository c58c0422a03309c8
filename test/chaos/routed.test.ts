import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import type { UrlEvent } from '../../shared/lambda/http.ts';
import type { Invocation } from '../../testing/invocation.ts';
import { loaded } from '../../testing/loaded-system.ts';
import { ROUTED } from '../fixtures/routed.ts';
import { chaosPipeline } from './pipeline.ts';
import { World } from './world.ts';

const request = (method: string, rawPath: string, over: Partial<UrlEvent> = {}): UrlEvent => ({
  rawPath,
  headers: {},
  requestContext: { http: { method } },
  ...over,
});

async function ask(world: World, name: string, event: UrlEvent): Promise<unknown> {
  const ended: Invocation[] = [];
  void world.host.invoke(world.functionOf(name), event).then((end) => ended.push(end));
  await world.host.run({ until: () => ended.length > 0 });
  const [end] = ended;
  return end?.end === 'answered' ? end.answer : end;
}

test('a world runs functions with routes, of the platform and of a pipeline, beside all others', async () => {
  const world = new World({ pipeline: chaosPipeline({ children: 3 }), functions: await loaded(ROUTED) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  const body = Buffer.from('thanks').toString('base64');
  expect(await ask(world, 'callback', request('POST', '/callback/chaos.r', { body, isBase64Encoded: true }))).toEqual({
    statusCode: 200,
    body: 'succeeded thanks',
  });
  expect(await ask(world, 'callback', request('POST', '/callback/chaos.none'))).toEqual({ statusCode: 410 });
  expect(await ask(world, 'callback', request('GET', '/callback/chaos.r'))).toEqual({ statusCode: 404 });
  expect(await ask(world, 'status', request('GET', '/status/r', { rawQueryString: 'for=me' }))).toEqual({
    statusCode: 200,
    body: 'succeeded me',
  });
});

test("the platform's function completes a pipeline's full block, and notifies that pipeline's aggregator", async () => {
  const pipeline = chaosPipeline({ children: 3 });
  const world = new World({ pipeline, functions: await loaded(ROUTED), isSwept: false });
  const { aggregate } = world.queues;
  const send = aggregate.send.bind(aggregate);
  // All notifications are lost, and nobody sweeps.
  aggregate.send = async () => undefined;
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.host.run();
  aggregate.send = send;
  await world.host.run();
  expect((await world.deps.stores.runs.read('r'))?.status).toBe('running');
  expect(await ask(world, 'callback', request('POST', '/callback/chaos.r.4'))).toMatchObject({ statusCode: 200 });
  expect(aggregate.size).toBe(0);
  expect(await ask(world, 'callback', request('POST', '/callback/chaos.r.3'))).toMatchObject({ statusCode: 200 });
  expect((await world.runToEnd('r')).status).toBe('succeeded');
});
