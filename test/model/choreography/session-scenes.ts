import type { SessionScene } from './session.ts';

/** `most` in hands at once is what keeps most of them small: the slow test lets two be. */
export const SCENES = {
  'three in any order': { numbers: 3, left: {} },
  'two, one at a time, a crash and a duplicate': { numbers: 2, most: 1, left: { crash: 1, duplicate: 1 } },
  'three, one at a time, a crash': { numbers: 3, most: 1, left: { crash: 1 } },
  'the first of three never comes, a crash': { numbers: 3, never: [1], left: { crash: 1 } },
  'a gap times out while it fills': { numbers: 3, most: 1, left: { early: 1 } },
  'a gap times out while it fills, one at a time, a crash': { numbers: 2, most: 1, left: { early: 1, crash: 1 } },
  'one dawdles, a crash': { numbers: 2, left: { dawdle: 1, crash: 1 } },
  'without a sweep, a crash': { numbers: 2, left: { crash: 1 }, isSwept: false },
} satisfies Record<string, SessionScene>;
