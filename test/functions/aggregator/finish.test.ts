import { expect, test } from 'vitest';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { RetryLater } from '../../../shared/lambda/retry-later.ts';
import { endedRun } from './ended-run.ts';

test('of two that finish a run at once only the one with the claim makes report, mail and event; the other comes back', async () => {
  const { deps, mails } = await endedRun();
  await freezeSegment(deps, 'march', { slice: 0, segment: 0 });
  let events = 0;
  deps.events.runEnded = async () => {
    events++;
  };
  const pages: string[] = [];
  const put = deps.objects.put.bind(deps.objects);
  deps.objects.put = async (key, body) => {
    if (key.endsWith('report.html')) pages.push(key);
    return put(key, body);
  };
  const deadline = deps.clock.now() + 900_000;
  const both = ['one', 'other'].map((id) => finishRun(deps, 'march', { id, deadline }));
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(ends).toContainEqual({ status: 'rejected', reason: expect.any(RetryLater) });
  expect([mails.length, events, pages.length]).toEqual([1, 1, 1]);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'failed', mail: 'sent' });
});

test('a run that is not complete is left as it is: no claim, no report, no mail', async () => {
  const { deps, mails } = await endedRun();
  const before = await deps.stores.runs.read('march');
  await finishRun(deps, 'march', { id: 'early', deadline: deps.clock.now() + 900_000 });
  expect(await deps.stores.runs.read('march')).toEqual(before);
  expect(mails).toEqual([]);
});

test('a run that another finisher ended, once the lease ran out, is counted once', async () => {
  const { deps } = await endedRun();
  await freezeSegment(deps, 'march', { slice: 0, segment: 0 });
  const finishAs = (id: string) => finishRun(deps, 'march', { id, deadline: deps.clock.now() + 900_000 });
  let events = 0;
  deps.events.runEnded = async () => {
    if (++events > 1) return;
    deps.clock.pass(1_000_000);
    await finishAs('other');
  };
  await finishAs('slow');
  expect(events).toBe(2);
  expect(deps.counted.get('RunsFailed')).toBe(1);
});
