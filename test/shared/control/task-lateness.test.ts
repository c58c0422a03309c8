import { expect, test } from 'vitest';
import { callStore } from '../../../shared/adapters/dynamodb/calls.ts';
import { keysOf } from '../../../shared/adapters/dynamodb/keys.ts';
import { taskLateness } from '../../../shared/control/task-lateness.ts';
import { type Call, newCall } from '../../../shared/domain/call.ts';
import { NoTasksError } from '../../../shared/domain/task-errors.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { HandClock, NOW, testPipeline } from '../support.ts';

const pipeline = testPipeline({ tasks: {} });
const calls = callStore(new MemoryTable(), keysOf(pipeline.name));
const deps = { calls, pipeline, clock: new HandClock() };

/** A task of some seconds ago that was called so late, and ended. */
async function ended(id: string, ago: number, late: number, status: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED') {
  const request = { id, digest: '', item: null, latest: null, wanted: NOW - ago * 1_000 };
  const { call, look } = newCall(request, NOW - ago * 1_000, 60_000);
  await calls.create(call, look);
  const claimed: Call | null = await calls.claim(id, 0, { by: id, deadline: NOW + 60_000 }, NOW);
  const how = { status, reason: null, result: null, attempts: 1, ms: 5, at: NOW };
  if (claimed) await calls.settle(claimed, { outcome: how, late }, NOW + 1_000_000);
}

test('lateness is that of tasks which were called since a time, however they ended', async () => {
  expect(await taskLateness(deps, 0)).toBeNull();
  await ended('old', 7_200, 9_999);
  for (let i = 1; i <= 99; i++) await ended(`in-time-${i}`, 60, i);
  await ended('late', 60, 5_000, 'FAILED');
  expect(await taskLateness(deps, NOW - 3_600_000)).toEqual({ tasks: 100, p50: 50, p99: 99, max: 5_000 });
  expect(await taskLateness(deps, 0)).toMatchObject({ tasks: 101, max: 9_999 });
});

test('a pipeline without tasks has none', async () => {
  await expect(taskLateness({ ...deps, pipeline: testPipeline() }, 0)).rejects.toThrow(NoTasksError);
});
