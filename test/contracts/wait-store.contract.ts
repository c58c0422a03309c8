import { expect, test } from 'vitest';
import { type MakeStores, NOW, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const FIRST = { slice: 0, segment: 12 };
const SECOND = { slice: 3, segment: 0 };

/** The contract of {@link WaitStore}. */
export function describeWaitStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: wait store`,
    make,
    ({ waits }) => waits,
    (port) => {
      test('gives what ends first, with each slot once, until it is removed', async () => {
        const waits = port();
        expect(await waits.first(RUN, 9)).toEqual([]);
        await waits.add(RUN, SECOND, NOW + 60_000, { block: 255, slot: 192 }, TTL);
        for (const slot of [64, 0, 64]) await waits.add(RUN, FIRST, NOW, { block: 3, slot }, TTL);
        const [first, second, ...more] = await waits.first(RUN, 9);
        expect(more).toEqual([]);
        expect(first).toMatchObject({ until: NOW, ref: FIRST });
        expect(new Set(first?.slots.map(({ block, slot }) => `${block}.${slot}`))).toEqual(new Set(['3.0', '3.64']));
        expect(second).toEqual({ until: NOW + 60_000, ref: SECOND, slots: [{ block: 255, slot: 192 }] });
        expect(await waits.first(RUN, 1)).toEqual([first]);
        await waits.remove(RUN, { until: NOW, ref: FIRST });
        await waits.remove(RUN, { until: NOW, ref: FIRST });
        expect(await waits.first(RUN, 9)).toEqual([second]);
      });

      test('keeps runs apart', async () => {
        const waits = port();
        await waits.add(RUN, FIRST, NOW, { block: 0, slot: 0 }, TTL);
        expect(await waits.first(`${RUN}~2`, 9)).toEqual([]);
      });
    },
  );
}
