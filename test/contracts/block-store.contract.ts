import { expect, test } from 'vitest';
import { EMPTY_BLOCK, NEW_REGISTER } from '../../shared/domain/sending.ts';
import { aMark, aRegister, type MakeStores, NOW, numbers, RUN, sorted, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const AT = { slice: 2, segment: 5, block: 9 };
const ttl = TTL;

/** The contract of {@link BlockStore}'s state: the set of finished children and the slots' registers. */
export function describeBlockState(name: string, make: MakeStores): void {
  describeWith(
    `${name}: block store`,
    make,
    ({ blocks }) => blocks,
    (port) => {
      test('an unknown block is empty', async () => {
        expect(await port().read(RUN, AT)).toEqual(EMPTY_BLOCK);
      });

      test('done grows, twice is once, and the set after the write comes back', async () => {
        const blocks = port();
        expect(await blocks.addDone(RUN, AT, [0, 7], ttl)).toEqual(new Set([0, 7]));
        expect(await blocks.addDone(RUN, AT, [7, 255], ttl)).toEqual(new Set([0, 7, 255]));
        expect(await blocks.addDone(RUN, AT, [0], ttl)).toEqual(new Set([0, 7, 255]));
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set([0, 7, 255]), registers: new Map() });
      });

      test('adding nothing gives the set as it is', async () => {
        const blocks = port();
        expect(await blocks.addDone(RUN, AT, [], ttl)).toEqual(new Set());
        await blocks.addDone(RUN, AT, [3], ttl);
        expect(await blocks.addDone(RUN, AT, [], ttl)).toEqual(new Set([3]));
      });

      test('256 children added at once are all kept, and one writer is told of all', async () => {
        const blocks = port();
        const sets = await Promise.all(numbers(32).map((i) => blocks.addDone(RUN, AT, numbers(8, 8 * i), ttl)));
        expect(sets.filter(({ size }) => size === 256)).toHaveLength(1);
        expect(sorted((await blocks.read(RUN, AT)).done)).toEqual(numbers(256));
      });

      test('blocks whose numbers read alike are apart', async () => {
        const blocks = port();
        await blocks.addDone(RUN, { slice: 1, segment: 1, block: 11 }, [1], ttl);
        await blocks.addDone(RUN, { slice: 1, segment: 11, block: 1 }, [2], ttl);
        await blocks.addDone(`${RUN}~2`, { slice: 1, segment: 1, block: 11 }, [3], ttl);
        expect((await blocks.read(RUN, { slice: 1, segment: 1, block: 11 })).done).toEqual(new Set([1]));
        expect((await blocks.read(RUN, { slice: 11, segment: 1, block: 1 })).done).toEqual(new Set());
      });

      test('what was read is a copy', async () => {
        const blocks = port();
        await blocks.settle(RUN, AT, { slot: 0, done: [1], next: aRegister(1), ttl });
        const before = await blocks.read(RUN, AT);
        await blocks.settle(RUN, AT, { slot: 0, done: [2], next: aRegister(2, { tries: new Map() }), ttl });
        expect(before).toEqual({ done: new Set([1]), registers: new Map([[0, aRegister(1)]]) });
      });

      test('what was written is a copy', async () => {
        const blocks = port();
        const tries = new Map([[1, { tries: 1, due: 0, crashes: 0 }]]);
        const done = [5];
        await blocks.settle(RUN, AT, { slot: 0, done, next: aRegister(1, { tries }), ttl });
        tries.set(2, { tries: 9, due: 9, crashes: 9 });
        done.push(6);
        const { registers, done: stored } = await blocks.read(RUN, AT);
        expect(registers.get(0)?.tries).toEqual(new Map([[1, { tries: 1, due: 0, crashes: 0 }]]));
        expect(stored).toEqual(new Set([5]));
      });

      test('settles an absent register: it is at turn 0', async () => {
        const blocks = port();
        const next = aRegister(1, { alone: true });
        expect(await blocks.settle(RUN, AT, { slot: 64, done: [64, 65], next, ttl })).toEqual({
          raised: true,
          done: new Set([64, 65]),
        });
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set([64, 65]), registers: new Map([[64, next]]) });
      });

      test('settles a register that is stored at turn 0', async () => {
        const blocks = port();
        const marked = aRegister(0, { alone: true, mark: aMark() });
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl });
        expect(await blocks.settle(RUN, AT, { slot: 0, done: [1], next: aRegister(1), ttl })).toEqual({
          raised: true,
          done: new Set([1]),
        });
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(1));
      });

      test('settles turn by turn, also with nothing done', async () => {
        const blocks = port();
        for (const turn of numbers(12, 1)) {
          const settled = await blocks.settle(RUN, AT, { slot: 0, done: [], next: aRegister(turn), ttl });
          expect(settled).toEqual({ raised: true, done: new Set() });
        }
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(12));
      });

      for (const [what, turn] of [
        ['same', 3],
        ['lower', 2],
        ['much higher', 5],
      ] as const) {
        test(`of another turn than the slot's (${what}) only the set grows`, async () => {
          const blocks = port();
          for (const each of [1, 2, 3])
            await blocks.settle(RUN, AT, { slot: 0, done: [each], next: aRegister(each), ttl });
          const settled = await blocks.settle(RUN, AT, {
            slot: 0,
            done: [200],
            next: aRegister(turn, { tries: new Map() }),
            ttl,
          });
          expect(settled).toEqual({ raised: false, done: new Set([1, 2, 3, 200]) });
          expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(3));
          expect((await blocks.settle(RUN, AT, { slot: 0, done: [], next: aRegister(turn), ttl })).raised).toBe(false);
        });
      }

      test('a turn above 1 does not settle an absent register', async () => {
        const blocks = port();
        expect(await blocks.settle(RUN, AT, { slot: 0, done: [4], next: aRegister(2), ttl })).toEqual({
          raised: false,
          done: new Set([4]),
        });
        expect((await blocks.read(RUN, AT)).registers.has(0)).toBe(false);
      });

      test('of twenty that settle one turn at once exactly one raises it; all their children are kept', async () => {
        const blocks = port();
        const settled = await Promise.all(
          numbers(20).map((n) => blocks.settle(RUN, AT, { slot: 0, done: [n], next: aRegister(1), ttl })),
        );
        expect(settled.filter(({ raised }) => raised)).toHaveLength(1);
        expect(sorted((await blocks.read(RUN, AT)).done)).toEqual(numbers(20));
      });

      test('slots have registers of their own', async () => {
        const blocks = port();
        await blocks.settle(RUN, AT, { slot: 1, done: [], next: aRegister(1), ttl });
        await blocks.settle(RUN, AT, { slot: 1, done: [], next: aRegister(2), ttl });
        expect((await blocks.settle(RUN, AT, { slot: 11, done: [], next: aRegister(1), ttl })).raised).toBe(true);
        expect((await blocks.settle(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl })).raised).toBe(true);
        const { registers } = await blocks.read(RUN, AT);
        expect(new Map([...registers].map(([slot, { turn }]) => [slot, turn]))).toEqual(
          new Map([
            [1, 2],
            [11, 1],
            [0, 1],
          ]),
        );
      });

      test('a register of 64 children with tries reads back whole', async () => {
        const blocks = port();
        const tries = new Map(numbers(64, 192).map((n) => [n, { tries: n % 5, due: NOW + n, crashes: n % 2 }]));
        const next = aRegister(1, { tries });
        await blocks.settle(RUN, AT, { slot: 192, done: numbers(192), next, ttl });
        expect((await blocks.read(RUN, AT)).registers.get(192)).toEqual(next);
      });

      test('a full block with 64 registers reads back whole', async () => {
        const blocks = port();
        for (const slot of numbers(64)) {
          const next = aRegister(1, { tries: new Map([[slot, { tries: 1, due: NOW, crashes: 0 }]]) });
          await blocks.settle(RUN, AT, { slot, done: numbers(4, 4 * slot), next, ttl });
        }
        const { done, registers } = await blocks.read(RUN, AT);
        expect([done.size, registers.size]).toEqual([256, 64]);
      });
    },
  );
}

/** The contract of {@link BlockStore}'s marks: registers replaced as read, marks ended by their owner. */
export function describeBlockMarks(name: string, make: MakeStores): void {
  describeWith(
    `${name}: block store, registers as read`,
    make,
    ({ blocks }) => blocks,
    (port) => {
      const marked = aRegister(0, { alone: true, mark: aMark() });

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
        await blocks.settle(RUN, AT, { slot: 0, done: [2], next: aRegister(1), ttl });
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

      const stored = aRegister(2, { alone: true, mark: aMark() });
      const otherwise = {
        'an absent register': NEW_REGISTER,
        'another turn': { ...stored, turn: 1 },
        'other tries': { ...stored, tries: new Map([[1, { tries: 1, due: NOW, crashes: 1 }]]) },
        'no tries': { ...stored, tries: new Map() },
        'other crashes': { ...stored, tries: new Map([...stored.tries, [1, { tries: 1, due: NOW, crashes: 0 }]]) },
        'not alone': { ...stored, alone: false },
        'no mark': { ...stored, mark: null },
        'the mark of another child': { ...stored, mark: aMark({ child: 3 }) },
        'the mark of another invocation': { ...stored, mark: aMark({ by: 'forwarder-b' }) },
        'a mark with another deadline': { ...stored, mark: aMark({ deadline: NOW }) },
      };
      for (const [what, read] of Object.entries(otherwise)) {
        test(`leaves a register that was read with ${what}`, async () => {
          const blocks = port();
          await blocks.settle(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl });
          await blocks.settle(RUN, AT, { slot: 0, done: [], next: stored, ttl });
          expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(9), ttl })).toBe(false);
          expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(stored);
        });
      }

      test('a register of an unknown block was read as new or not at all', async () => {
        const blocks = port();
        for (const read of [aRegister(0), aRegister(1, { tries: new Map() }), { ...NEW_REGISTER, alone: true }]) {
          expect(await blocks.replaceRegister(RUN, AT, { slot: 0, read, next: aRegister(9), ttl })).toBe(false);
        }
        expect((await blocks.read(RUN, AT)).registers).toEqual(new Map());
      });

      test('an unmarked register that was read with a mark stays', async () => {
        const blocks = port();
        await blocks.settle(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl });
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
