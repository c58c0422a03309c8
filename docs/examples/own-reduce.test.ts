import { checkLaws } from 'microprocess/testing';
import { test } from 'vitest';
import { tallTrees } from './own-reduce.ts';

test('tall trees are counted the same in any order and in any parts', () => {
  const tree = (id: number, metres: number) => ({ item: { id }, result: { park: 'Prater', metres } });
  checkLaws(tallTrees, [tree(1, 12), tree(2, 31), tree(3, 40)]);
});
