import type { JoinScene } from './join.ts';

const [TWO, THREE] = [
  ['a', 'b'],
  ['a', 'b', 'c'],
];

/** `most` in hands at once is what keeps most of them small: the slow test lets three be. */
export const SCENES = {
  'two types, a crash and a duplicate': { types: TWO, left: { crash: 1, duplicate: 1 } },
  'two types, two crashes': { types: TWO, left: { crash: 2 } },
  'three types, one at a time, a crash': { types: THREE, most: 1, left: { crash: 1 } },
  'three types, one never comes, a crash': { types: THREE, never: ['c'], left: { crash: 1 } },
  'two events of one type, one at a time, a crash': { types: TWO, twice: ['a'], most: 1, left: { crash: 1 } },
  'all come without a sweep, a crash and a duplicate': { types: TWO, left: { crash: 1, duplicate: 1 }, isSwept: false },
} satisfies Record<string, JoinScene>;
