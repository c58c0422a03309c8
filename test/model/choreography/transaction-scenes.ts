import type { TransactionScene } from './transaction.ts';

/** `most` in hands at once is what keeps most of them small: the slow test lets two be. */
export const SCENES = {
  'all goes well, one at a time, a crash and a duplicate': { most: 1, left: { crash: 1, duplicate: 1 } },
  'b refuses, a crash': { fails: { b: 1 }, left: { crash: 1 } },
  'a and b refuse, one at a time, a duplicate': { most: 1, fails: { a: 1, b: 1 }, left: { duplicate: 1 } },
  'c refuses': { fails: { c: 1 }, left: {} },
  'c refuses, one at a time, a crash': { most: 1, fails: { c: 1 }, left: { crash: 1 } },
  'c refuses, an undo fails, one at a time, a duplicate': { most: 1, fails: { c: 1 }, left: { undo: 1, duplicate: 1 } },
  'b refuses twice, and is tried again once, one at a time': {
    most: 1,
    fails: { b: 1, b2: 1 },
    left: { retry: 1, crash: 1 },
  },
  'the deadline comes at any moment': { left: { early: 1 } },
  'the deadline comes, one at a time, a crash': { most: 1, left: { early: 1, crash: 1 } },
  'the deadline comes, c refuses, an undo fails, one at a time': {
    most: 1,
    fails: { c: 1 },
    left: { early: 1, undo: 1 },
  },
  'b refuses, a crash, and no sweep, one at a time': {
    most: 1,
    fails: { b: 1 },
    left: { crash: 1 },
    hasDeadline: false,
  },
} satisfies Record<string, TransactionScene>;
