/**
 * A transaction is all that one correlation set off: the steps that succeeded, and whether they stand. Pure decisions: the item is written on
 * condition that it is as it was read, or the decision is taken anew.
 */

/** Most steps that publish, against events that set each other off without an end. */
export const MAX_STEPS = 100;

export type TransactionState =
  | 'open'
  /** The step that can't be undone is being tried: only its own failure closes. */
  | 'pivot'
  /** What succeeded is being undone. */
  | 'closing'
  | 'shipped'
  | 'undone'
  /** An undo failed for good: a person decides. */
  | 'stuck';

export interface TransactionStep {
  /** Of the call that succeeded. */
  readonly id: string;
  /** How many events lie before it. */
  readonly hop: number;
}

export interface Transaction {
  readonly state: TransactionState;
  /** What succeeded while it was open. */
  readonly ok: readonly TransactionStep[];
  /** How many of them are undone, in the order of {@link undoOrder}. */
  readonly undone: number;
  /** Why it was closed, or is stuck; empty as long as it is neither. */
  readonly why: string;
}

export const NEW_TRANSACTION: Transaction = { state: 'open', ok: [], undone: 0, why: '' };

/** What follows from a step's success. */
export type Success =
  /** Its event is published. */
  | 'publish'
  /** It came after the closing: it is undone by itself, and publishes nothing. */
  | 'undo'
  /** It was in before the closing, and is undone in its turn. */
  | 'nothing';

/**
 * A step succeeded. Only what this lets through is published.
 * @param isPivot it can't be undone: with it the transaction is shipped
 */
export function succeed(
  transaction: Transaction,
  step: TransactionStep,
  isPivot: boolean,
  maxSteps = MAX_STEPS,
): { readonly transaction: Transaction; readonly success: Success } {
  const { state, ok } = transaction;
  const isIn = ok.some(({ id }) => id === step.id);
  if (state === 'shipped') return { transaction, success: 'publish' };
  if (state !== 'open' && state !== 'pivot') return { transaction, success: isIn ? 'nothing' : 'undo' };
  if (isIn) return { transaction, success: 'publish' };
  if (ok.length >= maxSteps) return { transaction: close(transaction, 'too-many-steps'), success: 'undo' };
  const after = { ...transaction, ok: [...ok, step] };
  return { transaction: isPivot ? { ...after, state: 'shipped' } : after, success: 'publish' };
}

/** Before the pivot's first try. Null where the transaction is being undone: the pivot is given up. */
export function enterPivot(transaction: Transaction): Transaction | null {
  const { state } = transaction;
  return state === 'open' || state === 'pivot' ? { ...transaction, state: 'pivot' } : null;
}

/**
 * A failure's rule, a deadline or a limit closes it: from now on nothing joins what succeeded.
 * @param isPivot the pivot failed
 */
export function close(transaction: Transaction, why: string, isPivot = false): Transaction {
  const { state } = transaction;
  return state === 'open' || (state === 'pivot' && isPivot) ? { ...transaction, state: 'closing', why } : transaction;
}

/** The latest first: by hop, then by id. */
export function undoOrder({ ok }: Transaction): TransactionStep[] {
  return [...ok].sort((a, b) => b.hop - a.hop || (a.id < b.id ? 1 : -1));
}

/** Which step of a closing transaction is undone now; `transaction` has ended where none is left. */
export function nextUndo(transaction: Transaction): {
  readonly transaction: Transaction;
  readonly undo: string | null;
} {
  if (transaction.state !== 'closing') return { transaction, undo: null };
  const step = undoOrder(transaction)[transaction.undone];
  if (step) return { transaction, undo: step.id };
  return { transaction: { ...transaction, state: 'undone' }, undo: null };
}

/** The undo of a step has an outcome. */
export function undid(transaction: Transaction, id: string, succeeded: boolean): Transaction {
  if (!succeeded) return { ...transaction, state: 'stuck', why: `undo-failed ${id}` };
  const isNext = undoOrder(transaction)[transaction.undone]?.id === id;
  return isNext ? { ...transaction, undone: transaction.undone + 1 } : transaction;
}
