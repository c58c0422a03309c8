import { expect, test } from 'vitest';
import { type SlotRef, slotKey } from '../../shared/domain/seats.ts';
import { type MakeStores, NOW, RUN } from './fixtures.ts';
import { describeWith } from './suite.ts';

const slot = (n: number): SlotRef => ({ run: `${RUN}~2`, segment: { slice: 1, segment: 0 }, block: 3, slot: n });

/** The contract of {@link SeatStore}. */
export function describeSeatStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: seat store`,
    make,
    ({ seats }) => seats,
    (port) => {
      test('gives seats up to the cap, counts no change twice, and takes them back', async () => {
        const seats = port();
        expect(await seats.read()).toEqual({ taken: 0, countedAt: 0, of: new Map() });
        const six = { count: 6, until: NOW };
        expect(await seats.change(slot(0), null, { count: 11, until: NOW }, 10)).toBe(false);
        expect(await seats.change(slot(0), null, six, 10)).toBe(true);
        expect(await seats.change(slot(0), null, six, 10)).toBe(false);
        expect(await seats.change(slot(64), null, { count: 5, until: NOW }, 10)).toBe(false);
        expect(await seats.change(slot(64), null, { count: 4, until: NOW }, 10)).toBe(true);
        expect(await seats.read()).toEqual({
          taken: 10,
          countedAt: 0,
          of: new Map([
            [slotKey(slot(0)), six],
            [slotKey(slot(64)), { count: 4, until: NOW }],
          ]),
        });
        // A lower cap takes nothing from those that sit.
        expect(await seats.change(slot(0), six, { count: 2, until: NOW }, 1)).toBe(true);
        expect(await seats.change(slot(0), six, null, 1)).toBe(false);
        expect(await seats.change(slot(0), { count: 2, until: NOW }, null, 1)).toBe(true);
        expect(await seats.read()).toMatchObject({ taken: 4 });
      });

      test('one of those that read the same claims to count', async () => {
        const seats = port();
        const read = await seats.read();
        expect(await seats.claimCount(read, NOW)).toBe(true);
        expect(await seats.claimCount(read, NOW + 1)).toBe(false);
        expect(await seats.claimCount(await seats.read(), NOW + 2)).toBe(true);
      });
    },
  );
}
