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

test.each([
  { receives: 1, least: 1, most: 2 },
  { receives: 4, least: 8, most: 16 },
  { receives: 41, least: 150, most: 300 },
])(
  'a message that a store failed comes back, later each time: receive $receives',
  async ({ receives, least, most }) => {
    const { answer, sent, putBack } = await deliver(MESSAGE, receives);
    expect([answer, sent]).toEqual([FAILED, []]);
    expect(putBack).toHaveLength(1);
    expect(putBack[0]?.seconds).toBeGreaterThanOrEqual(least);
    expect(putBack[0]?.seconds).toBeLessThanOrEqual(most);
  },
);

describe('a child that was told to wait is not called earlier because a store failed', () => {
  const answer = { kind: 'answer', body: '', isJson: false, ms: 1 } as const;
  /** The first child is told to wait so long; the other has an outcome. */
  const told = (retryAfter: string): Caller['call'] => {
    return async ({ child }) =>
      child.endsWith('.0')
        ? { ...answer, httpStatus: 500, retryAfter }
        : { ...answer, httpStatus: 200, retryAfter: null };
  };
  const two = { ...MESSAGE, size: 2, items: [10, 11] };

  test.each([
    ['its page', { putOutcomes: away }],
    ['its register', { addDoneAndRaise: away }],
  ])('%s', async (_, broken) => {
    const { answer, putBack } = await deliver(two, 1, { broken, call: told('5000') });
    expect([answer, putBack]).toEqual([FAILED, [{ receiptHandle: 'handle-m-1', seconds: 5_000 }]]);
  });

  test('called under a mark', async () => {
    const { answer, putBack } = await deliver(two, 2, { broken: { putOutcomes: away }, call: told('700') });
    expect([answer, putBack]).toEqual([FAILED, [{ receiptHandle: 'handle-m-1', seconds: 700 }]]);
  });

  test("because a sibling's result can't be stored", async () => {
    const call: Caller['call'] = async (request) =>
      request.child.endsWith('.1')
        ? { ...answer, httpStatus: 200, retryAfter: null, body: 'x'.repeat(40_000) }
        : told('700')(request);
    const { putBack } = await deliver(two, 1, { broken: {}, call, put: away });
    expect(putBack).toEqual([{ receiptHandle: 'handle-m-1', seconds: 700 }]);
  });
});
