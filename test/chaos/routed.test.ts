import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import type { UrlEvent } from '../../shared/lambda/http.ts';
import type { Invocation } from '../../testing/invocation.ts';
import { ROUTED } from '../fixtures/routed.ts';
import { loaded } from './loaded-system.ts';
import { chaosPipeline } from './pipeline.ts';
import { World } from './world.ts';

const request = (method: string, rawPath: string, over: Partial<UrlEvent> = {}): UrlEvent => ({
  rawPath,
  headers: {},
  requestContext: { http: { method } },
  ...over,
});

test('a world runs functions with routes, of the platform and of a pipeline, beside all others', async () => {
  const world = new World({ pipeline: chaosPipeline({ children: 3 }), functions: await loaded(ROUTED) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  const answers: Invocation[] = [];
  const ask = async (name: string, event: UrlEvent) => {
    const asked = answers.length + 1;
    void world.host.invoke(world.functionOf(name), event).then((end) => answers.push(end));
    await world.host.run({ until: () => answers.length === asked });
    const end = answers.at(-1);
    return end?.end === 'answered' ? end.answer : end;
  };
  const body = Buffer.from('thanks').toString('base64');
  expect(await ask('callback', request('POST', '/callback/chaos.r', { body, isBase64Encoded: true }))).toEqual({
    statusCode: 200,
    body: 'succeeded thanks',
  });
  expect(await ask('callback', request('POST', '/callback/chaos.none'))).toEqual({ statusCode: 410 });
  expect(await ask('callback', request('GET', '/callback/chaos.r'))).toEqual({ statusCode: 404 });
  expect(await ask('status', request('GET', '/status/r', { rawQueryString: 'for=me' }))).toEqual({
    statusCode: 200,
    body: 'succeeded me',
  });
});
