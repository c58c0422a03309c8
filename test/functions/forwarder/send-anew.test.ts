import { expect, test } from 'vitest';
import { forwarder } from '../../../functions/forwarder/handler.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import { entry, testDeps, workOf } from '../../shared/support.ts';

const MESSAGE = workOf({ size: 1, items: [10] });

/** Delivers a message to a forwarder whose table answers nothing. */
async function deliver(message: WorkMessage, receives: number) {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  const handle = forwarder({
    ...deps,
    stores: { ...deps.stores, blocks: { ...deps.stores.blocks, read: () => Promise.reject(new Error('Throttled.')) } },
    caller: { call: () => expect.unreachable('Nobody may be called.'), close: async () => undefined },
  });
  const context = { awsRequestId: 'i-1', getRemainingTimeInMillis: () => 50_000 };
  const answer = await Reflect.apply(handle, undefined, [{ Records: [entry('m-1', message, receives)] }, context]);
  return { answer, sent: deps.queues.work.sent, putBack: deps.queues.work.putBack };
}

const FAILED = { batchItemFailures: [{ itemIdentifier: 'm-1' }] };
const DELETED = { batchItemFailures: [] };

test.each([
  { failed: undefined, delays: [1, 2] },
  { failed: 3, delays: [8, 16] },
  { failed: 40, delays: [150, 300] },
])('a message failed on $failed times goes out anew, later each time', async ({ failed, delays }) => {
  const { answer, sent, putBack } = await deliver({ ...MESSAGE, failed }, 1);
  expect(answer).toEqual(DELETED);
  expect(putBack).toEqual([]);
  expect(sent.map(({ message }) => message)).toEqual([{ ...MESSAGE, failed: (failed ?? 0) + 1 }]);
  const [least, most] = delays;
  expect(sent[0]?.delaySeconds).toBeGreaterThanOrEqual(least ?? 0);
  expect(sent[0]?.delaySeconds).toBeLessThanOrEqual(most ?? 0);
});

test('a suspect stays one', async () => {
  const { answer, sent, putBack } = await deliver(MESSAGE, 2);
  expect([answer, sent, putBack.length]).toEqual([FAILED, [], 1]);
});

test('one that always fails is left to the dead-letter queue', async () => {
  const { answer, sent, putBack } = await deliver({ ...MESSAGE, failed: 200 }, 1);
  expect([answer, sent, putBack.length]).toEqual([FAILED, [], 1]);
});
