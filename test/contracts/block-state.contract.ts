import { expect, test } from 'vitest';
import { EMPTY_BLOCK, NEW_REGISTER } from '../../shared/domain/sending.ts';
import {
  aMark,
  anOutcome,
  anOutcomePage,
  aRegister,
  type MakeStores,
  NOW,
  numbers,
  RUN,
  sorted,
  TTL,
} from './fixtures.ts';
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
        // Two copies of a message in one batch bring their children twice.
        expect(await blocks.addDone(RUN, AT, [7, 0, 7], ttl)).toEqual(new Set([0, 7, 255]));
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set([0, 7, 255]), registers: new Map() });
      });

      test('adding nothing gives the set as it is', async () => {
        const blocks = port();
        expect(await blocks.addDone(RUN, AT, [], ttl)).toEqual(new Set());
        await blocks.addDone(RUN, AT, [3], ttl);
        expect(await blocks.addDone(RUN, AT, [], ttl)).toEqual(new Set([3]));
      });

      test('a child that is missing is added once, whoever comes first', async () => {
        const blocks = port();
        const sets = await Promise.all(numbers(10).map(() => blocks.addMissing(RUN, AT, { n: 7, ttl })));
        expect(sets.filter((set) => set !== null)).toEqual([new Set([7])]);
        expect(await blocks.addMissing(RUN, AT, { n: 77, ttl })).toEqual(new Set([7, 77]));
        expect(await blocks.addMissing(RUN, AT, { n: 77, ttl })).toBeNull();
        expect((await blocks.read(RUN, AT)).done).toEqual(new Set([7, 77]));
      });

      test('and only if its register is as read, where that is asked', async () => {
        const blocks = port();
        const waiting = new Map([
          [64, NOW],
          [100, NOW],
          [127, NOW + 60_000],
        ]);
        const register = { ...aRegister(3), waiting };
        const first = { ...register, turn: 0 };
        await blocks.replaceRegister(RUN, AT, { slot: 64, read: NEW_REGISTER, next: first, ttl });
        expect((await blocks.read(RUN, AT)).registers.get(64)).toEqual(first);
        const changed = { ...first, waiting: new Map([...waiting].slice(1)) };
        const asRead = (of: typeof first) => ({ n: 64, asRead: { slot: 64, register: of }, ttl });
        expect(await blocks.addMissing(RUN, AT, asRead(changed))).toBeNull();
        expect(await blocks.addMissing(RUN, AT, asRead(first))).toEqual(new Set([64]));
        expect(await blocks.replaceRegister(RUN, AT, { slot: 64, read: first, next: changed, ttl })).toBe(true);
        const { waiting: _, ...none } = changed;
        expect(await blocks.replaceRegister(RUN, AT, { slot: 64, read: changed, next: none, ttl })).toBe(true);
        expect((await blocks.read(RUN, AT)).registers.get(64)).toEqual(none);
      });

      test('a page of an id is put once, where that is asked', async () => {
        const blocks = port();
        expect(await blocks.putOutcomesOnce(RUN, AT, anOutcomePage('c7.1', [anOutcome(7)]), ttl)).toBe(true);
        expect(await blocks.hasOutcomes(RUN, AT, 'c7.1')).toBe(true);
        expect(await blocks.hasOutcomes(RUN, AT, 'c7')).toBe(false);
        expect(await blocks.putOutcomesOnce(RUN, AT, anOutcomePage('c7.1', [anOutcome(8)]), ttl)).toBe(false);
        expect((await blocks.readAll(RUN, AT)).outcomes).toEqual([anOutcomePage('c7.1', [anOutcome(7)])]);
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
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [1], next: aRegister(1), ttl });
        const before = await blocks.read(RUN, AT);
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [2], next: aRegister(2, { tries: new Map() }), ttl });
        expect(before).toEqual({ done: new Set([1]), registers: new Map([[0, aRegister(1)]]) });
      });

      test('what was written is a copy', async () => {
        const blocks = port();
        const tries = new Map([[1, { tries: 1, due: 0, crashes: 0 }]]);
        const done = [5];
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done, next: aRegister(1, { tries }), ttl });
        tries.set(2, { tries: 9, due: 9, crashes: 9 });
        done.push(6);
        const { registers, done: stored } = await blocks.read(RUN, AT);
        expect(registers.get(0)?.tries).toEqual(new Map([[1, { tries: 1, due: 0, crashes: 0 }]]));
        expect(stored).toEqual(new Set([5]));
      });

      test('raises an absent register: it is at turn 0', async () => {
        const blocks = port();
        const next = aRegister(1, { care: 2 });
        expect(await blocks.addDoneAndRaise(RUN, AT, { slot: 64, done: [64, 65], next, ttl })).toMatchObject({
          raised: true,
          done: new Set([64, 65]),
        });
        expect(await blocks.read(RUN, AT)).toEqual({ done: new Set([64, 65]), registers: new Map([[64, next]]) });
      });

      test('raises a register that is stored at turn 0', async () => {
        const blocks = port();
        const marked = aRegister(0, { care: 2, mark: aMark() });
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: marked, ttl });
        expect(await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [1], next: aRegister(1), ttl })).toMatchObject({
          raised: true,
          done: new Set([1]),
        });
        expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(1));
      });

      test('raises turn by turn, also with nothing done', async () => {
        const blocks = port();
        for (const turn of numbers(12, 1)) {
          const written = await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: aRegister(turn), ttl });
          expect(written).toMatchObject({ raised: true, done: new Set() });
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
            await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [each], next: aRegister(each), ttl });
          const written = await blocks.addDoneAndRaise(RUN, AT, {
            slot: 0,
            done: [200],
            next: aRegister(turn, { tries: new Map() }),
            ttl,
          });
          expect(written).toMatchObject({ raised: false, done: new Set([1, 2, 3, 200]) });
          expect((await blocks.read(RUN, AT)).registers.get(0)).toEqual(aRegister(3));
          expect(
            (await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: aRegister(turn), ttl })).raised,
          ).toBe(false);
        });
      }

      test('a turn above 1 does not raise an absent register', async () => {
        const blocks = port();
        expect(await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [4], next: aRegister(2), ttl })).toMatchObject({
          raised: false,
          done: new Set([4]),
        });
        expect((await blocks.read(RUN, AT)).registers.has(0)).toBe(false);
      });

      test('not where others wait by now than were read: the set grows, and the register comes back', async () => {
        const blocks = port();
        const waiting = new Map([[1, NOW]]);
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: NEW_REGISTER, next: aRegister(1, { waiting }), ttl });
        const heard = aRegister(1, { waiting: new Map([[1, NOW + 1]]) });
        await blocks.replaceRegister(RUN, AT, { slot: 0, read: aRegister(1, { waiting }), next: heard, ttl });
        const raise = { slot: 0, done: [2], next: aRegister(2, { waiting }), ttl };
        const refused = { raised: false, done: new Set([2]), register: heard };
        expect(await blocks.addDoneAndRaise(RUN, AT, { ...raise, waiting })).toEqual(refused);
        expect(await blocks.addDoneAndRaise(RUN, AT, raise)).toEqual(refused);
        expect((await blocks.addDoneAndRaise(RUN, AT, { ...raise, waiting: heard.waiting })).raised).toBe(true);
      });

      test('of twenty that raise one turn at once exactly one raises it; all their children are kept', async () => {
        const blocks = port();
        const written = await Promise.all(
          numbers(20).map((n) => blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [n], next: aRegister(1), ttl })),
        );
        expect(written.filter(({ raised }) => raised)).toHaveLength(1);
        expect(sorted((await blocks.read(RUN, AT)).done)).toEqual(numbers(20));
      });

      test('slots have registers of their own', async () => {
        const blocks = port();
        await blocks.addDoneAndRaise(RUN, AT, { slot: 1, done: [], next: aRegister(1), ttl });
        await blocks.addDoneAndRaise(RUN, AT, { slot: 1, done: [], next: aRegister(2), ttl });
        expect((await blocks.addDoneAndRaise(RUN, AT, { slot: 11, done: [], next: aRegister(1), ttl })).raised).toBe(
          true,
        );
        expect((await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [], next: aRegister(1), ttl })).raised).toBe(
          true,
        );
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
        await blocks.addDoneAndRaise(RUN, AT, { slot: 192, done: numbers(192), next, ttl });
        expect((await blocks.read(RUN, AT)).registers.get(192)).toEqual(next);
      });

      test('a full block with 64 registers reads back whole', async () => {
        const blocks = port();
        for (const slot of numbers(64)) {
          const next = aRegister(1, { tries: new Map([[slot, { tries: 1, due: NOW, crashes: 0 }]]) });
          await blocks.addDoneAndRaise(RUN, AT, { slot, done: numbers(4, 4 * slot), next, ttl });
        }
        const { done, registers } = await blocks.read(RUN, AT);
        expect([done.size, registers.size]).toEqual([256, 64]);
      });
    },
  );
}
