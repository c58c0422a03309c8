import { describe, expect, test } from 'vitest';
import { callStore } from '../../../../shared/adapters/dynamodb/calls.ts';
import type { ItemTable } from '../../../../shared/adapters/dynamodb/item-table.ts';
import { keysOf } from '../../../../shared/adapters/dynamodb/keys.ts';
import { type Call, movedTo, newCall, roundStep, settlementOf } from '../../../../shared/domain/call.ts';
import { MemoryTable } from '../../../../testing/memory-table.ts';
import { Meter } from '../../../../testing/meter.ts';

const NOW = Date.UTC(2026, 10, 3, 12);
const PATIENCE = 300_000;
const DAY = 86_400_000;
const KEPT = NOW + 30 * DAY;
const mark = { by: '0b8f3f5e-5f0e-4c3c-9df1-2f3c1d1d9b1c', deadline: NOW + 60_000 };
const CANCELLED = { status: 'CANCELLED', reason: null, result: null, attempts: 0, ms: 0, at: NOW } as const;
const OUTCOME = { status: 'SUCCEEDED', reason: null, result: { sent: true }, attempts: 1, ms: 12 } as const;
/** What a message service keeps of a message: as large as an item may be for one write unit. */
const ITEM = { to: 'zoe@example.com', subject: 'Your parcel', text: noise(450) };

const fresh = (id: string, wanted: number) =>
  newCall({ id, digest: 'a'.repeat(22), item: ITEM, latest: wanted + DAY, wanted }, NOW, PATIENCE);
const again = (call: Call) => settlementOf(call, { kind: 'again', due: NOW }, NOW, NOW, PATIENCE);
const succeeded = (call: Call) => settlementOf(call, { kind: 'ended', outcome: OUTCOME }, NOW, NOW, PATIENCE);

test('what each operation costs in write units is what decision 53 says', async () => {
  const meter = new Meter();
  const calls = callStore(new MemoryTable(meter), keysOf('message-service-of-a-long-name'));
  const ids = { near: '4fbd2a7c-9a55-4b0b-8f57-0d1f6f2f9c11', far: '4fbd2a7c-9a55-4b0b-8f57-0d1f6f2f9c12' };
  const cost = async <T>(work: () => Promise<T>): Promise<{ units: number; gave: T }> => {
    const before = meter.writeUnits;
    const gave = await work();
    return { units: meter.writeUnits - before, gave };
  };
  const near = fresh(ids.near, NOW);
  const far = fresh(ids.far, NOW + DAY);
  const units: Record<string, number> = {};
  ({ units: units.create } = await cost(() => calls.create(near.call, near.look)));
  await calls.create(far.call, far.look);
  const entry = { id: ids.far, turn: 0, at: NOW, sent: false };
  const step = roundStep(far.call, entry, NOW, PATIENCE, false);
  if (step.do !== 'raise') expect.fail('the round left it');
  ({ units: units.round } = await cost(() => calls.turn(far.call, step.next)));
  const claim = await cost(() => calls.claim(ids.near, 0, mark, NOW));
  units.claim = claim.units;
  const claimed = claim.gave ?? expect.fail('it was not claimed');
  ({ units: units.handBack } = await cost(() => calls.release(ids.near, mark.by, false)));
  await calls.claim(ids.near, 0, mark, NOW);
  ({ units: units.again } = await cost(() => calls.settle(claimed, again(claimed), KEPT)));
  const second = (await calls.claim(ids.near, 1, mark, NOW)) ?? expect.fail('it was not claimed');
  ({ units: units.outcome } = await cost(() => calls.settle(second, succeeded(second), KEPT)));
  const loaded = (await calls.read(ids.far)) ?? expect.fail('it is not there');
  ({ units: units.move } = await cost(() => calls.turn(loaded, movedTo(loaded, NOW + 2 * DAY, NOW, PATIENCE))));
  const moved = (await calls.read(ids.far)) ?? expect.fail('it is not there');
  ({ units: units.cancel } = await cost(() => calls.end(moved, CANCELLED, KEPT)));
  expect(units).toEqual({ create: 2, round: 3, claim: 1, handBack: 1, again: 3, outcome: 3, move: 3, cancel: 3 });
  expect(meter.largest.bytes).toBeLessThanOrEqual(1_024);
});

test('an entry of a newer release keeps no round from the others', async () => {
  const table = new MemoryTable();
  const keys = keysOf('p');
  const calls = callStore(table, keys);
  const { call, look } = fresh('a', NOW);
  await calls.create(call, look);
  const key = keys.call('newer');
  await table.put(key, {
    gpk: { S: keys.calls('DUE', 3) },
    gsk: { S: `${String(NOW - DAY).padStart(15, '0')}#x#newer#0#1` },
  });
  expect(await calls.due(NOW + DAY, 10)).toMatchObject([{ id: 'a', turn: 0 }]);
});

describe('a client that repeats each request, as no answer came', () => {
  const make = () => callStore(repeating(new MemoryTable()), keysOf('p'));

  test('knows its own writes', async () => {
    const calls = make();
    const { call, look } = fresh('a', NOW);
    expect(await calls.create(call, look)).toMatchObject({ call });
    expect(await calls.turn(call, movedTo(call, NOW, NOW, PATIENCE))).toBe(true);
    expect(await calls.claim('a', 1, mark, NOW)).toBeNull();
    const claimed = (await calls.read('a')) ?? expect.fail('it is not there');
    expect(claimed).toMatchObject({ mark, calls: 1 });
    expect(await calls.settle(claimed, again(claimed), KEPT)).toBe(true);
    const read = (await calls.read('a')) ?? expect.fail('it is not there');
    expect(await calls.end(read, CANCELLED, KEPT)).toBe(true);
    expect(await calls.end(read, CANCELLED, KEPT)).toBe(false);
  });

  test('takes back a claim once', async () => {
    const calls = make();
    const { call, look } = fresh('a', NOW);
    await calls.create(call, look);
    await calls.claim('a', 0, mark, NOW);
    await calls.release('a', mark.by, false);
    expect(await calls.read('a')).toEqual(call);
  });
});

/** A table whose writes take effect twice, with the second one's answer. */
function repeating(table: MemoryTable): ItemTable {
  return {
    get: (key) => table.get(key),
    put: (key, item) => table.put(key, item),
    delete: (key) => table.delete(key),
    query: (query) => table.query(query),
    getMany: (keys) => table.getMany(keys),
    async putIfAbsent(key, item) {
      await table.putIfAbsent(key, item);
      return table.putIfAbsent(key, item);
    },
    async update(key, update) {
      await table.update(key, update);
      return table.update(key, update);
    },
  };
}

/** Text that hardly compresses, the same each time. */
function noise(length: number): string {
  let state = 1;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
