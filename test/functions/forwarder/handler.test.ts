import { expect, test } from 'vitest';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { NEW_REGISTER, type Register, registerOf } from '../../../shared/domain/sending.ts';
import type { BlockStore } from '../../../shared/ports/block-store.ts';
import type { CallRequest } from '../../../shared/ports/caller.ts';
import { testPipeline, workOf } from '../../shared/support.ts';
import { forwarder } from './forwarder.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const ok = (body = '1'): CallResult => ({
  kind: 'answer',
  httpStatus: 200,
  body,
  isJson: true,
  retryAfter: null,
  ms: 5,
});
const status = (httpStatus: number): CallResult => ({
  ...ok(),
  kind: 'answer',
  httpStatus,
  isJson: true,
  body: '{}',
  retryAfter: null,
});

const away = () => Promise.reject(new Error('The table is away.'));

const message = (over: Partial<WorkMessage> = {}) => workOf({ size: 4, items: [10, 11, 12, 13], ...over });

test('a slot is called, stored and told', async () => {
  const { deps, calls, forward, state } = await forwarder(() => ok());
  await deps.stores.segments.setSize('march', BLOCK, 1, 0);
  expect(await forward([[message()]])).toEqual([]);
  expect(calls).toEqual(['0-0.0.0', '0-0.0.1', '0-0.0.2', '0-0.0.3']);
  expect([...(await state()).done].sort()).toEqual([0, 1, 2, 3]);
  expect(deps.queues.work.take()).toEqual([]);
  // Told: the block is in its segment's set, and the aggregator hears of the full segment.
  expect([...(await deps.stores.segments.read('march', BLOCK)).done]).toEqual([0]);
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'segment', run: 'march', slice: 0, segment: 0 }]);
  const again = await forward([[message(), 2]]);
  expect([again, calls.length]).toEqual([[], 4]);
});

test('of two copies of a message in one batch one is called, and counted', async () => {
  const { deps, calls, forward, state } = await forwarder(() => ok());
  expect(await forward([[message()], [message()], [message()]])).toEqual([]);
  expect(calls).toHaveLength(4);
  expect([...(await state()).done].sort()).toEqual([0, 1, 2, 3]);
  expect(await deps.stores.progress.read('march')).toMatchObject({ succeeded: 4 });
});

test('a copy is not deleted where its message fails', async () => {
  const { deps, calls, forward } = await forwarder(() => ok());
  deps.stores.blocks.addDone = async () => {
    throw new Error('The table is away.');
  };
  expect(await forward([[message()], [message()], [message({ at: [0, 0, 1] })]])).toEqual(['m-0', 'm-2', 'm-1']);
  expect(calls).toHaveLength(8);
});

test('a copy that was received before is a suspect, and finds the children ended', async () => {
  const { calls, forward } = await forwarder(() => ok());
  expect(await forward([[message(), 2], [message()]])).toEqual([]);
  expect(calls).toHaveLength(4);
});

test('a run that was not there a moment ago is called, not deleted', async () => {
  const { deps, calls, forward, state } = await forwarder(() => ok());
  const read = deps.stores.runs.read.bind(deps.stores.runs);
  let reads = 0;
  deps.stores.runs.read = async (run) => (++reads === 1 ? null : read(run));
  expect(await forward([[message()]])).toEqual([]);
  expect(calls).toHaveLength(4);
  expect((await state()).done.size).toBe(4);
});

test('what failed is sent again under the next turn, when it is due; the rest is kept', async () => {
  const pipeline = testPipeline({ retry: { baseSeconds: 0 } });
  const answers = (request: CallRequest) =>
    request.child.endsWith('.2')
      ? { ...status(503), retryAfter: '30' }
      : request.child.endsWith('.3')
        ? status(404)
        : ok();
  const { deps, forward, state } = await forwarder(answers, pipeline);
  await forward([[message()]]);
  expect(deps.queues.work.sent).toEqual([{ message: message({ turn: 1 }), delaySeconds: 30 }]);
  const block = await state();
  expect([...block.done].sort()).toEqual([0, 1, 3]);
  expect(registerOf(block, 0)).toMatchObject({ turn: 1, care: 0, mark: null });
});

test('the first wait is within twice the base, as documented', async () => {
  const { deps, forward, state } = await forwarder(() => status(500), testPipeline({ retry: { baseSeconds: 10 } }));
  const draw = deps.random.next.bind(deps.random);
  deps.random.next = () => Math.max(draw(), 0.999);
  await forward([[message({ items: [1], size: 1 })]]);
  const due = registerOf(await state(), 0).tries.get(0)?.due ?? 0;
  expect(due - deps.clock.now()).toBeGreaterThan(19_000);
  expect(due - deps.clock.now()).toBeLessThan(20_000);
});

test("a store that fails for one child's result loses no other's, and leaves no call running", async () => {
  let open = 0;
  const answer = async (request: CallRequest) => {
    open++;
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return ok(request.child.endsWith('.0') ? JSON.stringify('x'.repeat(40_000)) : '1');
  };
  const { deps, calls, forward, state } = await forwarder(answer);
  const put = deps.objects.put.bind(deps.objects);
  deps.objects.put = async () => {
    throw new Error('S3 is gone.');
  };
  expect(await forward([[message()]])).toEqual(['m-0']);
  expect(open).toBe(0);
  expect([...(await state()).done].sort()).toEqual([1, 2, 3]);
  expect(registerOf(await state(), 0).turn).toBe(0);
  deps.objects.put = put;
  // It comes back as it was: only the one child is called again.
  expect(await forward([[message(), 2]])).toEqual([]);
  expect(calls.slice(4)).toEqual(['0-0.0.0']);
  expect((await state()).done.size).toBe(4);
});

test('one message that fails does not keep the others of its batch from being stored', async () => {
  const { deps, forward } = await forwarder(() => ok());
  const read = deps.stores.blocks.read.bind(deps.stores.blocks);
  deps.stores.blocks.read = async (run, ref) => {
    if (ref.block === 1) throw new Error('throttled');
    return read(run, ref);
  };
  expect(await forward([[message({ at: [0, 0, 1] })], [message()]])).toEqual(['m-0']);
  expect((await read('march', BLOCK)).done.size).toBe(4);
});

test('a suspect out of time is handed back with the crash that was found', async () => {
  const { deps, calls, forward, state } = await forwarder(() => ok());
  const dead = { child: 1, deadline: deps.clock.now() - 2_000, by: 'dead' };
  const next: Register = { turn: 0, tries: new Map(), care: 2, mark: dead };
  const read = registerOf(await state(), 0);
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read, next, ttl: 1 });
  // Too short for one call: it is handed back, under the next turn.
  expect(await forward([[message(), 2]], 15_000)).toEqual([]);
  expect(calls).toEqual([]);
  expect(registerOf(await state(), 0)).toMatchObject({ turn: 1, care: 2, mark: null });
  expect(registerOf(await state(), 0).tries.get(1)?.crashes).toBe(1);
  expect(deps.queues.work.take()).toMatchObject([{ turn: 1 }]);
});

test('suspects come last: a slot at a time, each stored before the next, and one that a forwarder died of child by child', async () => {
  let open = 0;
  const together: string[] = [];
  const { deps, calls, forward, state } = await forwarder(async ({ child }) => {
    open++;
    const { done } = await deps.stores.blocks.read('march', BLOCK);
    await new Promise((resolve) => setImmediate(resolve));
    together.push(`${child} of ${open} beside ${done.size}`);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return ok();
  });
  const dead = { child: null, deadline: deps.clock.now() - 2_000, by: 'dead' };
  const next: Register = { turn: 0, tries: new Map(), care: 1, mark: dead };
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read: NEW_REGISTER, next, ttl: 1 });
  const slot = (slot: number) => message({ slot, items: [1, 2], size: 8 });
  expect(await forward([[slot(0), 2], [slot(2), 2], [slot(4), 3], [slot(6)]])).toEqual([]);
  expect(calls).toEqual([6, 7, 2, 3, 4, 5, 0, 1].map((n) => `0-0.0.${n}`));
  expect(together.map((text) => text.slice(8))).toEqual([
    ...['of 2 beside 0', 'of 2 beside 0', 'of 2 beside 2', 'of 2 beside 2'],
    ...['of 2 beside 4', 'of 2 beside 4', 'of 1 beside 6', 'of 1 beside 7'],
  ]);
  expect([...(await state()).registers.values()].map(({ mark }) => mark)).toEqual([null, null, null]);
});

test('while another invocation calls a slot under its mark, the message goes back until it has ended', async () => {
  const { deps, calls, forward } = await forwarder(() => ok());
  const mark = { child: null, deadline: deps.clock.now() + 1_000, by: 'another' };
  const next: Register = { turn: 0, tries: new Map(), care: 1, mark };
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read: NEW_REGISTER, next, ttl: 1 });
  for (const receives of [1, 2]) expect(await forward([[message(), receives]])).toEqual(['m-0']);
  expect(calls).toEqual([]);
});

test.each<[string, Partial<BlockStore>]>([
  ['its page', { putOutcomes: away }],
  ['its set', { addDone: away }],
])('a suspect whose outcomes a store does not take leaves no mark: %s', async (_, broken) => {
  const { deps, forward, state } = await forwarder(() => ok());
  const { endMark } = deps.stores.blocks;
  // The write that ends a mark adds to the set as well.
  const ending: BlockStore['endMark'] = (run, ref, write) =>
    'addDone' in broken && write.done.length > 0 ? away() : endMark(run, ref, write);
  Object.assign(deps.stores.blocks, broken, { endMark: ending });
  expect(await forward([[message(), 2]])).toEqual(['m-0']);
  expect(registerOf(await state(), 0)).toMatchObject({ turn: 0, care: 1, mark: null });
});

test.each([
  ['an old turn', 1, 0],
  ['a turn that no writer has raised the slot to', 0, 1],
])('a message of %s is void: it calls nobody, writes nothing and is deleted', async (_, current, turn) => {
  const { deps, calls, forward, state } = await forwarder(() => ok());
  const next: Register = { turn: current, tries: new Map(), care: 0, mark: null };
  if (current > 0) await deps.stores.blocks.addDoneAndRaise('march', BLOCK, { slot: 0, done: [], next, ttl: 1 });
  for (const receives of [1, 2]) expect(await forward([[message({ turn }), receives]])).toEqual([]);
  expect(calls).toEqual([]);
  expect((await state()).done.size).toBe(0);
  expect(registerOf(await state(), 0).turn).toBe(current);
  expect(deps.queues.work.take()).toEqual([]);
});

test('a message whose turn another delivery has raised sends nothing: the slot is sent once', async () => {
  const next: Register = { turn: 1, tries: new Map(), care: 0, mark: null };
  const { deps, forward } = await forwarder(async (): Promise<CallResult> => {
    await deps.stores.blocks.addDoneAndRaise('march', BLOCK, { slot: 0, done: [], next, ttl: 1 });
    return status(500);
  });
  expect(await forward([[message({ items: [10], size: 1 })]])).toEqual([]);
  expect(deps.queues.work.sent).toEqual([]);
});

test('a suspect that finds its block filled by a delivery that died completes the block', async () => {
  const { deps, calls, forward } = await forwarder(() => ok());
  const { blocks, segments } = deps.stores;
  const endMark = blocks.endMark.bind(blocks);
  blocks.endMark = async (run, ref, write) => {
    const done = await endMark(run, ref, write);
    await blocks.addDone(run, ref, [4], write.ttl);
    return done;
  };
  expect(await forward([[message({ size: 5 }), 2]])).toEqual([]);
  expect(calls).toHaveLength(4);
  expect([...(await segments.read('march', BLOCK)).done]).toEqual([0]);
});

test('a run that is cancelled meanwhile gets no further call, and no message multiplies', async () => {
  const { deps, calls, forward } = await forwarder(() => ok());
  await deps.stores.runs.close('march', 'cancelled');
  expect(await forward([[message()], [message({ at: [0, 0, 1] }), 3]])).toEqual([]);
  expect(calls).toEqual([]);
  expect(deps.queues.work.take()).toEqual([]);
});

test('a message of a run that is not there calls nobody, and is kept with the reason', async () => {
  const { deps, calls, forward } = await forwarder(() => ok());
  expect(await forward([[message({ run: 'april' })]])).toEqual([]);
  expect(calls).toEqual([]);
  expect(await deps.stores.refusals.list(10)).toMatchObject([{ messageId: 'm-0', reason: 'unknown-run' }]);
});
