import { expect, test } from 'vitest';
import { registerIs, registersOf, writing } from '../../../../shared/adapters/dynamodb/registers.ts';
import { nextRegister, type Register, suspectStep } from '../../../../shared/domain/sending.ts';
import { holds } from '../../../../testing/conditions.ts';

/** What a newer release may have stored of slot 64: each list longer than this release writes it. */
const REST = JSON.stringify([
  [
    [65, 1, 5_000, 0, 0, 3, { wait: 9_000 }],
    [66, 2, 6_000, 0],
    [70, 0, 0, 0, 2, 0, null, 'more'],
  ],
  true,
  2,
  { care: 'much' },
]);
const MARK = JSON.stringify([66, 7_000, 'invocation-1', 'more']);
const stored = { t64: { N: '3' }, r64: { S: REST }, m64: { S: MARK }, w64: { S: 'writer' }, x64: { S: 'unknown' } };

function register(): Register {
  const read = registersOf(stored).get(64);
  if (!read) throw new Error('Slot 64 has no register.');
  return read;
}

test("a newer release's longer register is read as far as it is known", () => {
  expect(register()).toMatchObject({ turn: 3, care: 2, mark: { child: 66, deadline: 7_000, by: 'invocation-1' } });
  expect(register().tries.get(65)).toMatchObject({ tries: 1, due: 5_000, crashes: 0 });
  expect(register().tries.get(70)).toMatchObject({ pressed: 2 });
  expect(register().tries.get(65)).toMatchObject({ together: 3 });
});

test('it is still the one that was read: the condition names the very texts that are stored', () => {
  expect(holds(registerIs(64, register()), stored)).toBe(true);
  const another = JSON.stringify([[], true, 2, { care: 'little' }]);
  expect(holds(registerIs(64, register()), { ...stored, r64: { S: another } })).toBe(false);
  expect(holds(registerIs(64, register()), { ...stored, m64: { S: '[66,7000,"invocation-1"]' } })).toBe(false);
});

const delivery = { slot: 64, count: 8, turn: 3, blockSize: 256, receives: 1 };
const block = () => ({ done: new Set<number>(), registers: registersOf(stored) });
const restWritten = (next: Register | null) => {
  if (!next) throw new Error('Nothing is left.');
  return JSON.parse(writing(64, next, 'w').set.r64?.S ?? '');
};

test('sent again, the slot keeps what the newer release knows of it and of its children', () => {
  const next = nextRegister(delivery, block(), { ended: new Set([66]), again: new Map([[65, 8_000]]), complete: true });
  expect(next?.turn).toBe(4);
  expect(restWritten(next)).toEqual([
    [
      [65, 2, 8_000, 0, 0, 0, { wait: 9_000 }],
      [70, 0, 0, 0, 2, 0, null, 'more'],
    ],
    false,
    2,
    { care: 'much' },
  ]);
});

test('so does a slot whose children are called alone', () => {
  const step = suspectStep(delivery, block(), new Set(), { id: 'invocation-2', deadline: 20_000 }, 10_000);
  if (step.do !== 'call') throw new Error(`It says ${step.do}.`);
  const [tries, alone, ...more] = restWritten(step.register);
  expect(tries).toContainEqual([65, 1, 5_000, 0, 0, 3, { wait: 9_000 }]);
  expect([alone, ...more]).toEqual([true, 2, { care: 'much' }]);
  // The mark is this invocation's own: it says nothing of another release's.
  expect(writing(64, step.register, 'w').set.m64).toEqual({ S: '[64,20000,"invocation-2"]' });
});

test('what this release writes is as the one before wrote it, and read it', () => {
  const tries = new Map([
    [9, { tries: 2, due: 5, crashes: 1 }],
    [3, { tries: 1, due: 0, crashes: 0 }],
  ]);
  const mark = { child: 3, deadline: 7, by: 'me' };
  expect(writing(0, { turn: 2, tries, care: 2, mark }, 'w').set).toEqual({
    t0: { N: '2' },
    r0: { S: '[[[3,1,0,0],[9,2,5,1]],true]' },
    m0: { S: '[3,7,"me"]' },
    w0: { S: 'w' },
  });
  // Apart is a suspect too, and the whole slot a child that isn't there: the release before calls each child alone, and accuses none.
  expect(writing(0, { turn: 2, tries, care: 1, mark: { ...mark, child: null } }, 'w').set).toEqual({
    t0: { N: '2' },
    r0: { S: '[[[3,1,0,0],[9,2,5,1]],true]' },
    c0: { N: '1' },
    m0: { S: '[-1,7,"me"]' },
    w0: { S: 'w' },
  });
});

/** The release before writes and removes none of `c…`: this is what it leaves there, and how this one takes it. */
test.each([
  ['a suspect of its own', true, undefined, 2],
  ['a suspect that it found apart', true, 1, 1],
  ['a slot that it is done with', false, undefined, 0],
  ['a slot that was apart, which it is done with', false, 1, 0],
] as const)('what the release before leaves: %s', (_, isSuspect, apart, care) => {
  const left = {
    t0: { N: '1' },
    r0: { S: JSON.stringify([[[3, 1, 0, 0]], isSuspect]) },
    ...(apart && { c0: { N: `${apart}` } }),
  };
  const read = registersOf(left).get(0);
  if (!read) throw new Error('Slot 0 has no register.');
  expect(read.care).toBe(care);
  expect(holds(registerIs(0, read), left)).toBe(true);
});
