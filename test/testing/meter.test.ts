import { expect, test } from 'vitest';
import { Meter } from '../../testing/meter.ts';
import { memoryStores } from '../../testing/stores.ts';
import { anOutcome, anOutcomePage, aRegister, aRun, noise, numbers, RUN, TTL } from '../contracts/fixtures.ts';

const AT = { slice: 0, segment: 0, block: 0 };

test('a set of 256 children is one write unit, and its failed condition bills too', async () => {
  const meter = new Meter();
  const { blocks } = memoryStores(meter);
  await blocks.addDone(RUN, AT, numbers(256), TTL);
  expect(meter.writeUnits).toBe(1);
  await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [1], next: aRegister(7), ttl: TTL });
  expect(meter.writeUnits).toBe(3);
});

test('large items bill each begun KB, a key of the index another, reads each begun 4 KB', async () => {
  const meter = new Meter();
  const { runs, blocks } = memoryStores(meter);
  await runs.create(aRun({ params: 'x'.repeat(2_500) }));
  expect(meter.writeUnits).toBe(3 + 1);
  await runs.read(RUN);
  expect(meter.readUnits).toBe(1);
  // 3 KB that don't compress below 2.
  await blocks.putOutcomes(RUN, AT, anOutcomePage('a', [anOutcome(1, { result: noise(3_600) })]), TTL);
  expect(meter.writeUnits).toBe(3 + 1 + 3);
  expect(Object.fromEntries(meter.requests)).toEqual({ 'table.put': 2, 'index.write': 1, 'table.get': 1 });
});

test('a read that may be stale bills half', async () => {
  const meter = new Meter();
  await memoryStores(meter).progress.read(RUN);
  expect(meter.readUnits).toBe(0.5);
});

test('the largest item and the busiest key of a second are named', async () => {
  let now = 0;
  const meter = new Meter(() => now);
  const { blocks, runs } = memoryStores(meter);
  await runs.create(aRun({ params: 'x'.repeat(2_500) }));
  for (const at of [0, 400, 999, 1_000, 1_001]) {
    now = at;
    await blocks.addDone(RUN, AT, [at % 256], TTL);
  }
  expect(meter.busiest).toEqual({ writes: 3, key: `P#memory#${RUN}#0-0.0` });
  expect(meter.largest.key).toBe(`P#memory#${RUN}`);
  expect(meter.largest.bytes).toBeGreaterThan(2_500);
});
