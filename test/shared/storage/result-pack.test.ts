import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Held } from '../../../shared/domain/held.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { ResultPack } from '../../../shared/storage/result-pack.ts';
import { release } from '../../../shared/storage/spill.ts';
import { wholeRows } from '../../../shared/storage/whole-rows.ts';
import { MemoryObjects } from '../../../testing/objects.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';

const LIMIT = 200_000;

/** A store that takes its time, and says how much of it was asked at once; `fails` says which puts do. */
class SlowObjects extends MemoryObjects {
  readonly puts: { readonly key: string; readonly bytes: number }[] = [];
  gets = 0;
  most = 0;
  #open = 0;
  readonly #fails: (nth: number) => boolean;

  constructor(fails: (nth: number) => boolean = () => false) {
    super();
    this.#fails = fails;
  }

  override async put(key: string, body: Uint8Array | string): Promise<void> {
    const nth = this.puts.push({ key, bytes: body.length }) - 1;
    this.most = Math.max(this.most, ++this.#open);
    await new Promise((resolve) => setImmediate(resolve));
    this.#open -= 1;
    if (this.#fails(nth)) throw new Error(`Put ${nth} is lost.`);
    await super.put(key, body);
  }

  override get(...asked: Parameters<MemoryObjects['get']>): Promise<Uint8Array> {
    this.gets += 1;
    return super.get(...asked);
  }
}

/** Holds values side by side; gives what outcomes say of them. */
async function held(objects: SlowObjects, values: readonly Json[], isShared = true) {
  const pack = new ResultPack({ objects, random: new SeededRandom(1) }, 'march', isShared, LIMIT);
  const provisional = await Promise.all(
    values.map((value, n) => pack.hold(`0-0.0.${n}`, JSON.stringify(value), value)),
  );
  const errors = await pack.end();
  return { errors, stored: provisional.map((one) => pack.storedAs(one)) };
}

const rowOf = (result: Held | undefined, n: number) => ({
  id: `0-0.0.${n}`,
  item: n,
  status: 'SUCCEEDED' as const,
  reason: null,
  result: result ?? null,
  attempts: 1,
  ms: 1,
  at: 0,
});

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.integer(),
  fc.constant({ $object: 'secret', from: 0, to: 9 }),
  fc
    .record({ text: fc.constantFrom('x', 'é', '東', '"\n'), times: fc.integer({ min: 1, max: 80_000 }) })
    .map(({ text, times }) => text.repeat(times)),
);

test('any results come back as they were, with one put at a time, and a get for each pack', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 24 }), async (values) => {
      const objects = new SlowObjects();
      const { stored, errors } = await held(objects, values);
      expect(errors).toEqual([]);
      expect(objects.most).toBeLessThanOrEqual(1);
      // Filled as far as each next one fits: two in a row come to more than a pack may.
      const sizes = objects.puts.map(({ bytes }) => bytes);
      for (const [i, bytes] of sizes.slice(1).entries()) expect(bytes + (sizes[i] ?? 0)).toBeGreaterThan(LIMIT);
      const read: unknown[] = [];
      for await (const { whole } of wholeRows(objects, stored.map(rowOf)))
        for (const { result } of whole) read.push(result);
      expect(read).toEqual(values);
      expect(objects.gets).toBe(objects.puts.length);
      expect(await Promise.all(stored.map((one) => release(objects, one ?? null)))).toEqual(values);
    }),
    { numRuns: 40 },
  );
});

test('what is alone in its pack is pointed to as an object, which older releases read', async () => {
  const objects = new SlowObjects();
  const { stored } = await held(objects, [1, 'x'.repeat(40_000), 2]);
  expect(stored).toEqual([1, { $object: objects.puts[0]?.key }, 2]);
  const apart = new SlowObjects();
  const { stored: each } = await held(apart, ['x'.repeat(40_000), 'y'.repeat(40_000)], false);
  expect(each).toEqual(apart.puts.map(({ key }) => ({ $object: key })));
});

test('results of a pack that is not stored are known to be lost, and those of others stand', async () => {
  const values = Array.from({ length: 10 }, (_, n) => String(n).repeat(60_000));
  const objects = new SlowObjects((nth) => nth === 1);
  const { stored, errors } = await held(objects, values);
  expect(errors).toEqual([new Error('Put 1 is lost.')]);
  expect(stored.map((one) => one === undefined)).toEqual(values.map((_, n) => n >= 3 && n < 6));
});

test('a block whose packs are larger than what may be held is read value by value', async () => {
  const objects = new SlowObjects();
  const values = Array.from({ length: 60 }, (_, n) => `${n}`.padEnd(60_000, '.'));
  const { stored } = await held(objects, values);
  // In an order in which every pack is needed from the first to the last row.
  const rows = stored.map(rowOf).sort((a, b) => (a.item % 3) - (b.item % 3) || a.item - b.item);
  const read: unknown[] = [];
  for await (const { whole } of wholeRows(objects, rows, 400_000)) for (const { result } of whole) read.push(result);
  expect(read).toEqual(rows.map(({ item }) => values[item]));
  expect(objects.gets).toBeGreaterThan(objects.puts.length);
  expect(objects.gets).toBeLessThan(values.length);
});
