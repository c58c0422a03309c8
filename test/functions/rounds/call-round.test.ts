import { expect, test } from 'vitest';
import { runCallRound } from '../../../functions/rounds/call-round.ts';
import { callStore } from '../../../shared/adapters/dynamodb/calls.ts';
import { keysOf } from '../../../shared/adapters/dynamodb/keys.ts';
import { newCall, patienceOf } from '../../../shared/domain/call.ts';
import { forwarderTimeoutSeconds } from '../../../shared/domain/capacity.ts';
import { MemoryQueue } from '../../../testing/memory-queue.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { VirtualClock } from '../../../testing/virtual-clock.ts';
import { NOW, testPipeline } from '../../shared/support.ts';

const HOUR = 3_600_000;

test('a task that cannot be read keeps no other from being sent, and is heard of', async () => {
  const clock = new VirtualClock({ start: NOW });
  const pipeline = testPipeline({ tasks: {} });
  const store = callStore(new MemoryTable(), keysOf(pipeline.name));
  const ids = Array.from({ length: 100 }, (_, i) => `task-${i}`);
  for (const id of ids) {
    const request = { id, digest: 'a'.repeat(22), item: { id }, latest: null, wanted: NOW + HOUR };
    const { call, look } = newCall(request, NOW, patienceOf(forwarderTimeoutSeconds(pipeline.endpoint)));
    await store.create(call, look);
  }
  await clock.advance(HOUR);
  const queue = new MemoryQueue({ name: 'calls', clock, visibilitySeconds: 60 });
  const logged: unknown[] = [];
  const round = runCallRound({
    pipeline,
    clock,
    queues: { calls: queue },
    log: { info() {}, warn() {}, error: (_, fields) => void logged.push(fields) },
    metrics: { count() {}, observe() {}, flush() {} },
    calls: {
      due: store.due,
      turn: store.turn,
      async read(id) {
        if (id === 'task-7') throw new TypeError('what it holds is odd');
        return store.read(id);
      },
    },
  });
  await expect(round).rejects.toThrow('odd');
  expect(logged).toEqual([{ task: 'task-7', error: expect.stringMatching(/^TypeError/) }]);
  const turns = await Promise.all(ids.map(async (id) => (await store.read(id))?.turn));
  expect(turns.filter((turn) => turn === 1)).toHaveLength(99);
  const sent = queue.receive(10).flatMap(({ body }) => JSON.parse(body).calls.map(([id]: [string]) => id));
  expect(sent.sort()).toEqual(ids.filter((id) => id !== 'task-7').sort());
});
