import { describe, expect, test } from 'vitest';
import { describeFailure, explore } from '../explore.ts';
import { TRANSACTION_BUGS, type TransactionBug, type TransactionScene, transactionModel } from './transaction.ts';
import { SCENES } from './transaction-scenes.ts';

describe('a transaction ends shipped, undone or stuck; what is shipped stands, and what is undone was undone in reverse', () => {
  test.each(Object.keys(SCENES) as (keyof typeof SCENES)[])('%s', (name) => {
    expect(describeFailure(explore(transactionModel(SCENES[name])).failure)).toBe('nothing wrong');
  });
});

describe('planted mistakes are found', () => {
  const found: Record<TransactionBug, TransactionScene> = {
    'joins what succeeded though closed': SCENES['b refuses, a crash'],
    'a late success is dropped': SCENES['b refuses, a crash'],
    'closed whatever its state': SCENES['the deadline comes at any moment'],
    'undone in order': SCENES['c refuses'],
    'no pivot': SCENES['the deadline comes at any moment'],
    'rows that succeeded': SCENES['b refuses, a crash'],
    'the next is not sent again': SCENES['b refuses, a crash, and no sweep, one at a time'],
  };
  test.each(Object.keys(TRANSACTION_BUGS) as TransactionBug[])('%s', (bug) => {
    expect(explore(transactionModel(found[bug], bug)).failure).not.toBeNull();
  });
});
