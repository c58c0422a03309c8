import { expect, test } from 'vitest';
import { runResource } from '../../../shared/domain/http-api/runs.ts';
import { MINUTE } from '../../../testing/pipeline-world.ts';
import { apiWorld } from './api-world.ts';

const EVENTS = '/pipelines/squares/runs/march/events';

interface ServerSent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** What a stream says until it ends or `enough` came, while time passes. */
async function listen(here: Awaited<ReturnType<typeof apiWorld>>, lastId?: string, enough = Number.POSITIVE_INFINITY) {
  const answer = await here.ask('GET', EVENTS, lastId === undefined ? {} : { 'last-event-id': lastId });
  const events: ServerSent[] = [];
  let beats = 0;
  let isOver = false;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const reading = (async () => {
    while (reader && events.length < enough) {
      const { done, value = '' } = await reader.read();
      if (done) break;
      if (value.startsWith(':')) beats++;
      const [, event = '', data = '', id = ''] =
        /^event: (.*)\ndata: (.*)\nid: (.*)\nretry: 1000\n\n$/.exec(value) ?? [];
      if (event) events.push({ event, data, id });
    }
    isOver = true;
    await reader?.cancel();
  })();
  await here.world.host.run({ until: () => isOver, limit: here.world.now() + 2 * MINUTE });
  await reading;
  return { answer, events, beats, runs: events.map(({ data }) => runResource.parse(JSON.parse(data))) };
}

test('a run is told of as it moves, and its end once', async () => {
  const here = await apiWorld();
  await here.ask('POST', '/pipelines/squares/runs', { body: { id: 'march' } });
  const { answer, events, runs } = await listen(here);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(answer.headers.get('connection')).toBeNull();
  expect(events.map(({ event }) => event)).toEqual([...events.slice(1).map(() => 'progress'), 'end']);
  expect(events.length).toBeGreaterThan(2);
  expect(events.at(-1)?.id).toBe('end.succeeded');
  expect(runs.at(-1)).toMatchObject({ status: 'succeeded', progress: { succeeded: 3 } });

  const again = await listen(here, 'end.succeeded');
  expect([again.answer.status, again.events]).toEqual([204, []]);
  expect((await listen(here)).events.map(({ id }) => id)).toEqual(['end.succeeded']);
});

test('whoever comes again hears what it has not seen, and nothing twice', async () => {
  const here = await apiWorld({ limits: { inFlight: 2 } }, 10_000);
  await here.ask('POST', '/pipelines/squares/runs', { body: { id: 'march' } });
  const first = await listen(here, undefined, 2);
  const rest = await listen(here, first.events.at(-1)?.id);
  const ids = [...first.events, ...rest.events].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.at(-1)).toBe('end.succeeded');
});

test('a stream ends before its function does, says meanwhile that it lives, and leaves nothing behind a client that is gone', async () => {
  const here = await apiWorld({}, 10 * MINUTE);
  await here.ask('POST', '/pipelines/squares/runs', { body: { id: 'march' } });
  const since = here.world.now();
  const { events, beats } = await listen(here);
  expect(here.world.now() - since).toBeLessThanOrEqual(55_000);
  expect(events.at(-1)?.event).toBe('progress');
  expect(beats).toBe(3);

  await listen(here, undefined, 1);
  here.reads.length = 0;
  await here.world.host.run({ limit: here.world.now() + MINUTE });
  expect(here.reads).toEqual([]);
});

test.each(['', 'x', '-1.running', 'end', '1.running\n', '9'.repeat(20)])(
  'an id of another making, such as %j, is none',
  async (id) => {
    const here = await apiWorld();
    await here.ask('POST', '/pipelines/squares/runs', { body: { id: 'march' } });
    const { events } = await listen(here, id.trim(), 1);
    expect(events).toHaveLength(1);
  },
);
