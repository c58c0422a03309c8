import { describe, expect, test } from 'vitest';
import { setLimits } from '../../../shared/control/limits.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { testPipeline, workOf } from '../../shared/support.ts';
import { forwarder } from './forwarder.ts';

const REF = { slice: 0, segment: 0, block: 0 };
const CALLBACK = { withinHours: 1 } as const;
const answerOf = (httpStatus: number): CallResult => ({
  ...{ kind: 'answer', httpStatus, body: '1', isJson: true, retryAfter: null, ms: 5 },
});
const later = () => answerOf(202);

/** A message of a slot's children, of a block of eight. */
const slotOf = (slot: number, items: number) =>
  workOf({ slot, items: Array.from({ length: items }, (_, i) => i), size: 8 });

async function taken({ deps }: Awaited<ReturnType<typeof forwarder>>) {
  const { taken, of } = await deps.stores.seats.read();
  expect(taken).toBe([...of.values()].reduce((sum, { count }) => sum + count, 0));
  return taken;
}

describe('limits.waiting', () => {
  test('as many are called as find seats; a seat is free again once its child has ended, whoever forgot it', async () => {
    const run = await forwarder(later, testPipeline({ callback: CALLBACK, limits: { waiting: 5 } }));
    const { deps, calls, forward, state } = run;
    await forward([[slotOf(0, 4)]]);
    await forward([[slotOf(4, 4)]]);
    // The fifth seat is the second slot's first child's.
    expect(calls).toEqual(['0-0.0.0', '0-0.0.1', '0-0.0.2', '0-0.0.3', '0-0.0.4']);
    expect(await taken(run)).toBe(5);
    const [again] = deps.queues.work.take();
    if (!again) throw new Error('The slot was not sent again.');
    const { tries } = registerOf(await state(), 4);
    expect([...tries.keys()]).toEqual([5, 6, 7]);
    expect(tries.get(5)).toMatchObject({ tries: 0 });
    // Two callbacks come; their calls' invocations are over a minute later.
    for (const n of [0, 2]) await deps.stores.blocks.addMissing('march', REF, { n, ttl: 0 });
    deps.clock.pass(120_000);
    await forward([[again]]);
    expect(calls.slice(5)).toEqual(['0-0.0.5', '0-0.0.6']);
    expect(await taken(run)).toBe(5);
  });

  test('what is answered at once gives its seats back; a forwarder that died keeps none for longer than its invocation', async () => {
    const run = await forwarder(() => answerOf(200), testPipeline({ callback: CALLBACK, limits: { waiting: 4 } }));
    await run.forward([[slotOf(0, 4)]]);
    expect(await taken(run)).toBe(0);
    const dead = { run: 'march', segment: { slice: 0, segment: 0 }, block: 7, slot: 0 };
    const until = run.deps.clock.now() + 60_000;
    expect(await run.deps.stores.seats.change(dead, null, { count: 4, until }, 4)).toBe(true);
    await run.forward([[slotOf(4, 4)]]);
    expect(run.calls).toHaveLength(4);
    const [again] = run.deps.queues.work.take();
    run.deps.clock.pass(61_000);
    if (again) await run.forward([[again]]);
    expect(run.calls).toHaveLength(8);
    expect(await taken(run)).toBe(0);
  });

  test('a child that waits counts as one in flight, where the definition says so', async () => {
    const callback = { ...CALLBACK, countsAsInFlight: true };
    const run = await forwarder(later, testPipeline({ callback, limits: { inFlight: 3 } }));
    await run.forward([[slotOf(0, 4)]]);
    expect(run.calls).toHaveLength(3);
    expect(await taken(run)).toBe(3);
  });

  test('a cap set by hand holds where the definition has none', async () => {
    const run = await forwarder(later, testPipeline({ callback: CALLBACK }));
    await setLimits(run.deps, { waiting: 1 });
    await run.forward([[slotOf(0, 4)]]);
    expect(run.calls).toHaveLength(1);
  });

  test('without it no seat is written or read', async () => {
    const run = await forwarder(later, testPipeline({ callback: CALLBACK }));
    await run.forward([[slotOf(0, 4)]]);
    expect(run.calls).toHaveLength(4);
    expect(await taken(run)).toBe(0);
  });

  test.each([
    [{ limits: { waiting: 4 } }, 'limits.waiting'],
    [{ callback: { ...CALLBACK, countsAsInFlight: true }, limits: { sharedAs: 'both' } }, 'callback.countsAsInFlight'],
  ])('%j is no definition: %s', (over, path) => {
    expect(() => testPipeline(over)).toThrow(path);
  });
});
