import { expect, test } from 'vitest';
import { callback } from '../../../functions/callback/handler.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { lambdaContext } from '../../../shared/host/context.ts';
import { NOW, testPipeline, workOf } from '../../shared/support.ts';
import { forwarder } from '../forwarder/forwarder.ts';
import { TTL } from './waiting-run.ts';

const answered = (httpStatus: number) =>
  ({ kind: 'answer', httpStatus, body: '', isJson: false, retryAfter: null, ms: 5 }) as const;

interface Meanwhile {
  post(body: unknown, act?: string): Promise<number>;
  /** Messages of the slot. */
  sent(): number;
  pass(ms: number): void;
}

/**
 * A slot of two children: the first waits for its callback from its first call on, the second fails and is called again. What happens while
 * that second call is under way is `meanwhile`'s; `then` answers it.
 */
async function slotOfTwo(then: number, meanwhile: (of: Meanwhile) => Promise<unknown>) {
  const pipeline = testPipeline({ callback: { withinHours: 1, heartbeatSeconds: 60 }, retry: { attempts: 3 } });
  let url = '';
  let called = 0;
  const of = await forwarder(async ({ child, callback: own = '' }) => {
    if (child.endsWith('.0')) {
      url ||= own;
      return answered(202);
    }
    called += 1;
    if (called === 2) await meanwhile({ post, sent: () => work.length, pass: (ms) => deps.clock.pass(ms) });
    return answered(called === 1 ? 500 : then);
  }, pipeline);
  const { deps, forward, calls } = of;
  const work = deps.queues.work.sent;
  const handle = callback(deps);
  const context = { functionName: 'callback', requestId: 'request', memoryMB: 512, remainingMs: () => 60_000 };
  async function post(body: unknown, act = ''): Promise<number> {
    const requestContext = { http: { method: 'POST' } };
    const event = { rawPath: `${new URL(url).pathname}${act}`, headers: {}, requestContext };
    return (await handle({ ...event, body: JSON.stringify(body) }, lambdaContext(context))).statusCode;
  }
  /** The message that the slot was sent again with, once it is due; none may be beside it. */
  async function pass(): Promise<void> {
    const [next, ...others] = work.splice(0);
    expect(others).toEqual([]);
    if (!next) throw new Error('The slot was not sent again.');
    deps.clock.pass((next.delaySeconds ?? 0) * 1_000);
    await forward([[next.message]]);
  }
  const page = { kind: 'items', first: 0, slots: [2], items: [1, 2], cursor: 2, endsBlock: true } as const;
  await deps.stores.chains.putPage('march', 0, { segment: 0, block: 0, page: 0 }, page, TTL);
  await forward([[workOf({ items: [1, 2], size: 2 })]]);
  await pass();
  return {
    ...{ post, pass, sent: () => work.length },
    register: async () => registerOf(await of.state(), 0),
    callsOf: (n: number) => calls.filter((child) => child.endsWith(`.${n}`)).length,
  };
}

test.each([
  ['waits for its own callback', 202, [1]],
  ['fails as well', 500, []],
])(
  'while a sibling is called that %s, a child that failed later joins it: neither is called twice',
  async (_, then, waiting) => {
    const { pass, register, callsOf } = await slotOfTwo(then, async ({ post, sent }) => {
      expect(await post({ status: 500 })).toBe(200);
      expect(sent()).toBe(0);
    });
    const { tries, waiting: waits = new Map() } = await register();
    expect(tries.get(0)).toMatchObject({ tries: 1 });
    expect([...waits.keys()]).toEqual(waiting);
    await pass();
    expect([callsOf(0), callsOf(1)]).toEqual([2, 2]);
  },
);

test('where nothing of its slot is called, a child that failed later is sent at once', async () => {
  const { post, pass, sent, callsOf } = await slotOfTwo(200, async () => undefined);
  expect(sent()).toBe(0);
  expect(await post({ status: 500 })).toBe(200);
  await pass();
  expect([callsOf(0), callsOf(1)]).toEqual([2, 2]);
});

test('a service that is heard of while a sibling is called stays heard of', async () => {
  const { register } = await slotOfTwo(200, async ({ post, pass: later }) => {
    later(120_000);
    expect(await post({}, '/progress')).toBe(200);
  });
  expect((await register()).waiting?.get(0)).toBeGreaterThanOrEqual(NOW + 180_000);
});
