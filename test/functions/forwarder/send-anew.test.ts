import { describe, expect, test } from 'vitest';
import { forwarder } from '../../../functions/forwarder/handler.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import type { BlockStore } from '../../../shared/ports/block-store.ts';
import type { Caller } from '../../../shared/ports/caller.ts';
import type { Objects } from '../../../shared/ports/objects.ts';
import { entry, testDeps, testPipeline, workOf } from '../../shared/support.ts';

const MESSAGE = workOf({ size: 1, items: [10] });

const away = () => Promise.reject(new Error('Throttled.'));
const nobody = () => expect.unreachable('Nobody may be called.');

/** Delivers a message to a forwarder whose table doesn't answer these methods. */
async function deliver(
  message: WorkMessage,
  receives: number,
  {
    broken = { read: away },
    call = nobody,
    put,
  }: { broken?: Partial<BlockStore>; call?: Caller['call']; put?: Objects['put'] } = {},
) {
  const deps = testDeps(testPipeline({ retry: { baseSeconds: 0 } }));
  await startRun(deps, { runId: 'march' }, 'cli');
  if (put) deps.objects.put = put;
  const handle = forwarder({
    ...deps,
    stores: { ...deps.stores, blocks: { ...deps.stores.blocks, ...broken } },
    caller: { call, close: async () => undefined },
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

describe('a child that was told to wait is not called earlier because a store failed', () => {
  const answer = { kind: 'answer', body: '', isJson: false, ms: 1 } as const;
  /** The first child is told to wait so long; the other has an outcome. */
  const told = (retryAfter: string): Caller['call'] => {
    return async ({ child }) =>
      child.endsWith('.0')
        ? { ...answer, httpStatus: 503, retryAfter }
        : { ...answer, httpStatus: 200, retryAfter: null };
  };
  const two = { ...MESSAGE, size: 2, items: [10, 11] };

  test.each([
    ['its page', { putOutcomes: away }],
    ['its register', { addDoneAndRaise: away }],
  ])('%s', async (_, broken) => {
    const { answer, sent } = await deliver(two, 1, { broken, call: told('700') });
    expect(answer).toEqual(DELETED);
    expect(sent).toEqual([{ message: { ...two, failed: 1 }, delaySeconds: 700 }]);
  });

  test('for longer than a queue delays a message: it goes back itself', async () => {
    const { answer, sent, putBack } = await deliver(two, 1, { broken: { putOutcomes: away }, call: told('5000') });
    expect([answer, sent, putBack]).toEqual([FAILED, [], [{ receiptHandle: 'handle-m-1', seconds: 5_000 }]]);
  });

  test('called alone', async () => {
    const { answer, putBack } = await deliver(two, 2, { broken: { putOutcomes: away }, call: told('700') });
    expect([answer, putBack]).toEqual([FAILED, [{ receiptHandle: 'handle-m-1', seconds: 700 }]]);
  });

  test("because a sibling's result can't be stored", async () => {
    const call: Caller['call'] = async (request) =>
      request.child.endsWith('.1')
        ? { ...answer, httpStatus: 200, retryAfter: null, body: 'x'.repeat(40_000) }
        : told('700')(request);
    const { sent } = await deliver(two, 1, { broken: {}, call, put: away });
    expect(sent).toEqual([{ message: { ...two, failed: 1 }, delaySeconds: 700 }]);
  });
});
