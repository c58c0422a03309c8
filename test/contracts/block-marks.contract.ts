import { expect, test } from 'vitest';
import { NEW_REGISTER, type Register } from '../../shared/domain/sending.ts';
import { aMark, aRegister, type MakeStores, NOW, numbers, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const AT = { slice: 2, segment: 5, block: 9 };
const ttl = TTL;

/** The contract of {@link BlockStore}'s marks: registers replaced as read, marks ended by their owner. */
export function describeBlockMarks(name: string, make: MakeStores): void {
  describeWith(
    `${name}: block store, registers as read`,
    make,
    ({ blocks }) => blocks,
    (port) => {
      const marked = aRegister(0, { care: 2, mark: aMark() });

      test('replaces an absent register that was read as new', async () => {
        const blocks = port();
        expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl })).toBe(true);
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set(), registers: new Map([[0, marked]]) });
        expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl })).toBe(false);
      });

      test('a stored register that looks like a new one is one', async () => {
        const blocks = port();
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: NEW_REGISTER, ttl });
        expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl })).toBe(true);
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(marked);
      });

      test('replaces what was read, whatever order its children are in', async () => {
        const blocks = port();
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [2], next: aRegister(1), ttl });
        const read = aRegister(1, { tries: new Map([...aRegister(1).tries].reverse()) });
        expect(
          await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(7, { mark: aMark() }), ttl }),
        ).toBe(true);
        const state = await blocks.read(RUN, AT);
        expect(state).toEqual({ done: new Set([2]), registers: new Map([[0, aRegister(7, { mark: aMark() })]]) });
        const again = { slot: 0, read: aRegister(7, { mark: aMark() }), next: aRegister(7), ttl };
        expect(await blocks.replaceRegister(RUN, AT, again)).toBe(true);
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(7));
      });

      for (const care of [0, 1, 2] as const) {
        test(`replaces what was read with care ${care}, whatever the next care is`, async () => {
          const blocks = port();
          for (const next of [0, 1, 2] as const) {
            const read = aRegister(0, { care, mark: aMark({ child: null, by: `${next}` }) });
            const { registers } = await blocks.read(RUN, AT);
            await blocks.replaceRegister(RUN, AT, { slot: 0, read: registers.get(0) ?? NEW_REGISTER, next: read, ttl });
            expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(read);
            const written = aRegister(0, { care: next });
            expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: written, ttl })).toBe(true);
            expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(written);
          }
        });
      }

      const stored = aRegister(2, { care: 2, mark: aMark() });
      const otherwise: Readonly<Record<string, Register>> = {
        'an absent register': NEW_REGISTER,
        'another turn': { ...stored, turn: 1 },
        'other tries': { ...stored, tries: new Map([[1, { tries: 1, due: NOW, crashes: 1 }]]) },
        'no tries': { ...stored, tries: new Map() },
        'other crashes': { ...stored, tries: new Map([...stored.tries, [1, { tries: 1, due: NOW, crashes: 0 }]]) },
        'the care of any slot': { ...stored, care: 0 },
        'less care': { ...stored, care: 1 },
        'no mark': { ...stored, mark: null },
        'the mark of another child': { ...stored, mark: aMark({ child: 3 }) },
        'a mark of the whole slot': { ...stored, mark: aMark({ child: null }) },
        'the mark of another invocation': { ...stored, mark: aMark({ by: 'forwarder-b' }) },
        'a mark with another deadline': { ...stored, mark: aMark({ deadline: NOW }) },
      };
      for (const [what, read] of Object.entries(otherwise)) {
        test(`leaves a register that was read with ${what}`, async () => {
          const blocks = port();
          await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl });
          await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: stored, ttl });
          expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(9), ttl })).toBe(false);
          expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(stored);
        });
      }

      test('a register of an unknown block was read as new or not at all', async () => {
        const blocks = port();
        const otherwise: readonly Register[] = [
          aRegister(0),
          aRegister(1, { tries: new Map() }),
          { ...NEW_REGISTER, care: 2 },
        ];
        for (const read of otherwise) {
          expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(9), ttl })).toBe(false);
        }
        expect((await blocks.read(RUN, AT)).registers).toEqual(new Map());
      });

      test('an unmarked register that was read with a mark stays', async () => {
        const blocks = port();
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl });
        const read = aRegister(1, { mark: aMark() });
        expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(9), ttl })).toBe(false);
        expect(await blocks.replaceRegister(RUN, AT, { slot: 64, read, next: aRegister(9), ttl })).toBe(false);
        expect((await blocks.read(RUN, AT)).registers).toEqual(new Map([[0, aRegister(1)]]));
      });

      test('of twenty that replace what they read at once exactly one does', async () => {
        const blocks = port();
        const replaced = await Promise.all(
          numbers(20).map((i) => {
            const next = aRegister(0, { mark: aMark({ by: `forwarder-${i}` }) });
            return blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next, ttl });
          }),
        );
        expect(replaced.filter(Boolean)).toHaveLength(1);
        const { registers } = await blocks.read(RUN, AT);
        expect(registers.get(0)?.mark?.by).toBe(`forwarder-${replaced.indexOf(true)}`);
      });

      test('ending the own mark clears it and adds its children; the rest stays', async () => {
        const blocks = port();
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl });
        expect(await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(), done: [1], ttl })).toEqual(new Set([1]));
        expect(await blocks.read(RUN, AT)).toEqual({
          done: new Set([1]),
          registers: new Map([[0, { ...marked, mark: null }]]),
        });
        expect(await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(), done: [1], ttl })).toEqual(new Set([1]));
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual({ ...marked, mark: null });
      });

      for (const other of [{ by: 'forwarder-b' }, { child: 2 }, { deadline: NOW }]) {
        test(`ending another mark (${Object.keys(other)[0]}) adds its children and leaves the stored one`, async () => {
          const blocks = port();
          await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl });
          expect(await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(other), done: [1, 2], ttl })).toEqual(
            new Set([1, 2]),
          );
          expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(marked);
        });
      }

      test('ending a mark holds whatever the turn', async () => {
        const blocks = port();
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl });
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: marked, next: { ...marked, turn: 4 }, ttl });
        await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(), done: [], ttl });
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual({ ...marked, turn: 4, mark: null });
      });

      test('ending a mark of an absent register or block adds its children alone', async () => {
        const blocks = port();
        expect(await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(), done: [9], ttl })).toEqual(new Set([9]));
        expect(await blocks.endMark(RUN, AT, { slot: 0, mark: aMark(), done: [], ttl })).toEqual(new Set([9]));
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set([9]), registers: new Map() });
      });

      test('ending a mark leaves the marks of other slots', async () => {
        const blocks = port();
        for (const slot of [0, 1, 10]) {
          await blocks.replaceRegister(RUN, AT, { slot, read: NEW_REGISTER, next: marked, ttl });
        }
        await blocks.endMark(RUN, AT, { slot: 1, mark: aMark(), done: [], ttl });
        const { registers } = await blocks.read(RUN, AT);
        expect([0, 1, 10].map((slot) => registers.get(slot)?.mark)).toEqual([aMark(), null, aMark()]);
      });
    },
  );
}
