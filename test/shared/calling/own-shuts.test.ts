import { expect, test } from 'vitest';
import { gateStore } from '../../../shared/adapters/dynamodb/gate.ts';
import { Gate } from '../../../shared/calling/gate.ts';
import { firstCap } from '../../../shared/domain/gate/cap.ts';
import { NEW_ENDPOINT } from '../../../shared/domain/gate/endpoint-state.ts';
import type { GateStore } from '../../../shared/ports/gate-store.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { Meter } from '../../../testing/meter.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { spy } from '../../../testing/spy.ts';
import { VirtualClock } from '../../../testing/virtual-clock.ts';

const busy = { kind: 'pressure', reason: 'http-429', body: null, retryAfterMs: 30_000 } as const;

/** A gate that has read its endpoint, and one more reading of it that is under way: it was answered, and the answer not heard. */
async function reading(over: (store: GateStore) => Partial<GateStore> = () => ({})) {
  const clock = new VirtualClock({ seed: 1 });
  const now = clock.now();
  const table = gateStore(new MemoryTable(new Meter(() => clock.now())), { endpoint: 'service', budget: 'a' });
  await table.change(NEW_ENDPOINT, { ...NEW_ENDPOINT, cap: firstCap(now) });
  const held: (() => void)[] = [];
  let isHeld = false;
  const store = spy(table, {
    async read() {
      const state = await table.read();
      if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
      return state;
    },
    ...over(table),
  });
  const log = { info() {}, warn() {}, error() {} };
  const process = { clock, random: new SeededRandom(1), log, metrics: { count() {}, observe() {}, flush() {} } };
  const limits = { inFlight: 8, burst: 0, profiles: [] };
  const gate = new Gate(process, { store, limits, budget: 'a', forwarders: 2, sharing: null });
  await gate.refresh();
  isHeld = true;
  const underWay = gate.refresh();
  await expect.poll(() => held.length).toBe(1);
  const hear = async () => {
    isHeld = false;
    for (const resolve of held.splice(0)) resolve();
    await underWay;
  };
  return { gate, table, now, hear };
}

test('a forwarder told to wait waits, whatever a reading from before says while its write is under way', async () => {
  const { gate, now, hear } = await reading(() => ({ shut: () => new Promise(() => {}) }));
  gate.heard(busy, now);
  await hear();
  expect(gate.shutUntil).toBe(now + 30_000);
});

test('also where its write failed', async () => {
  const { gate, now, hear } = await reading(() => ({ shut: () => Promise.reject(new Error('throttled')) }));
  gate.heard(busy, now);
  await hear();
  await gate.end();
  expect(gate.shutUntil).toBe(now + 30_000);
});

test('where another shut the endpoint for longer it waits as long, though a reading from before is heard behind that', async () => {
  const { gate, table, now, hear } = await reading();
  await table.shut(now + 60_000);
  gate.heard(busy, now);
  await hear();
  await gate.end();
  expect(gate.shutUntil).toBe(now + 60_000);
});

test('once its write has ended it obeys who opens the endpoint', async () => {
  const { gate, table, now, hear } = await reading();
  gate.heard(busy, now);
  await hear();
  await gate.end();
  await table.open();
  await gate.refresh();
  expect(gate.shutUntil).toBe(0);
});
