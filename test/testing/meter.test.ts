import { expect, test } from 'vitest';
import { Meter } from '../../testing/meter.ts';
import { memoryStores } from '../../testing/stores/index.ts';
import { anOutcome, anOutcomePage, aRegister, aRun, numbers, RUN, TTL } from '../contracts/fixtures.ts';

const AT = { slice: 0, segment: 0, block: 0 };

test('a set of 256 children is one write unit, and its failed condition bills too', async () => {
  const meter = new Meter();
  const { blocks } = memoryStores(meter);
  await blocks.addDone(RUN, AT, numbers(256), TTL);
  expect(meter.writeUnits).toBe(1);
  await blocks.settle(RUN, AT, { slot: 0, done: [1], next: aRegister(7), ttl: TTL });
  expect(meter.writeUnits).toBe(3);
});

test('large items bill each begun KB, reads each begun 4 KB', async () => {
  const meter = new Meter();
  const { runs, blocks } = memoryStores(meter);
  await runs.create(aRun({ params: 'x'.repeat(2_500) }));
  expect(meter.writeUnits).toBe(3);
  await runs.read(RUN);
  expect(meter.readUnits).toBe(1);
  // 9 KB of JSON, kept at a third.
  await blocks.putOutcomes(RUN, AT, anOutcomePage('a', [anOutcome(1, { result: 'x'.repeat(9_000) })]), TTL);
  expect(meter.writeUnits).toBe(3 + 4);
  expect(Object.fromEntries(meter.requests)).toEqual({ 'runs.create': 1, 'runs.read': 1, 'blocks.putOutcomes': 1 });
  expect(meter.totalRequests).toBe(3);
});

test('a read that may be stale bills half', async () => {
  const meter = new Meter();
  await memoryStores(meter).progress.read(RUN);
  expect(meter.readUnits).toBe(0.5);
});
