import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  close,
  enterPivot,
  MAX_STEPS,
  NEW_TRANSACTION,
  nextUndo,
  succeed,
  undid,
} from '../../../../shared/domain/choreography/transaction.ts';

const step = (id: string, hop: number) => ({ id, hop });

test('what succeeded is undone in reverse, whatever order it came in, and what comes behind the closing by itself', () => {
  const steps = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), hop: fc.nat(16) }), {
    selector: ({ id }) => id,
  });
  fc.assert(
    fc.property(steps, fc.nat(), (all, cut) => {
      const inTime = all.slice(0, cut % (all.length + 1));
      let transaction = NEW_TRANSACTION;
      for (const one of inTime) transaction = succeed(transaction, one, false).transaction;
      transaction = close(transaction, 'b.failed');
      for (const one of all.slice(inTime.length)) expect(succeed(transaction, one, false).success).toBe('undo');
      for (const one of inTime) expect(succeed(transaction, one, false).success).toBe('nothing');
      const undone: number[] = [];
      for (let next = nextUndo(transaction); next.undo !== null; next = nextUndo(transaction)) {
        undone.push(inTime.find(({ id }) => id === next.undo)?.hop ?? -1);
        // Told twice: the second changes nothing.
        transaction = undid(undid(transaction, next.undo, true), next.undo, true);
      }
      expect(undone).toEqual(inTime.map(({ hop }) => hop).sort((a, b) => b - a));
      expect(nextUndo(transaction).transaction).toMatchObject({ state: 'undone', why: 'b.failed' });
    }),
  );
});

test('at most so many steps publish, and the one too many closes', () => {
  let transaction = NEW_TRANSACTION;
  for (let n = 0; n < MAX_STEPS; n++) {
    const decided = succeed(transaction, step(`s${n}`, 1), false);
    expect(decided.success).toBe('publish');
    transaction = decided.transaction;
  }
  expect(succeed(transaction, step('s0', 1), false).success).toBe('publish');
  const over = succeed(transaction, step('over', 1), false);
  expect(over).toMatchObject({ success: 'undo', transaction: { state: 'closing', why: 'too-many-steps' } });
});

test('a pivot is given up once the transaction is closed; while it is tried only its own failure closes', () => {
  const pivot = enterPivot(NEW_TRANSACTION);
  expect(pivot).toMatchObject({ state: 'pivot' });
  if (!pivot) return;
  expect(close(pivot, 'timed-out')).toBe(pivot);
  expect(close(pivot, 'ship.failed', true)).toMatchObject({ state: 'closing' });
  expect(enterPivot(close(NEW_TRANSACTION, 'timed-out'))).toBeNull();
  const shipped = succeed(pivot, step('ship', 2), true);
  expect(shipped).toMatchObject({ success: 'publish', transaction: { state: 'shipped' } });
  expect(succeed(shipped.transaction, step('mail', 3), false).success).toBe('publish');
  expect(close(shipped.transaction, 'timed-out')).toBe(shipped.transaction);
});

test('an undo that fails leaves it stuck, with the reason', () => {
  const closed = close(succeed(NEW_TRANSACTION, step('a', 1), false).transaction, 'b.failed');
  expect(undid(closed, 'a', false)).toMatchObject({ state: 'stuck', why: 'undo-failed a' });
});
