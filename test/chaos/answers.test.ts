import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { World } from './world.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each([501, 4_112, 5_000, 400_000])(
  'an answer of %i levels fails its child alone, and its neighbours are called once',
  async (levels) => {
    const calls = new Map<number, number>();
    const service: Service = (i, nth) => {
      calls.set(i, nth);
      return i === 7 ? answers(i, { body: nested(levels) }) : answers(i);
    };
    const world = new World({ pipeline: chaosPipeline({ children: 200 }), service });
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    const record = await world.runToEnd('r');
    await world.drain();
    expect([...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))]).toEqual([]);
    expect(record.counts).toMatchObject({ total: 200, succeeded: 199, failed: 1 });
    expect(new Set(calls.values())).toEqual(new Set([1]));
  },
);

test('who is told to come back later is never called earlier, also where no message can wait as long', async () => {
  const asked = new Map<number, { at: number; seconds: number }>();
  const early: number[] = [];
  const again: number[] = [];
  let now = () => 0;
  const service: Service = (i, nth) => {
    const before = asked.get(i);
    if (before) {
      again.push(i);
      if (now() < before.at + before.seconds * 1_000) early.push(i);
      return answers(i);
    }
    if (i % 10 !== 3 || nth > 1) return answers(i);
    const seconds = i < 50 ? 2_000.25 : 0.75;
    asked.set(i, { at: now(), seconds });
    return answers(i, { httpStatus: 503, body: '', retryAfter: String(seconds) });
  };
  const world = new World({ pipeline: chaosPipeline({ children: 100 }), service });
  now = () => world.clock.now();
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const record = await world.runToEnd('r');
  expect(record.counts).toMatchObject({ succeeded: 100 });
  expect(again.sort((a, b) => a - b)).toEqual([3, 13, 23, 33, 43, 53, 63, 73, 83, 93]);
  expect(early).toEqual([]);
});
