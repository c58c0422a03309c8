import { SIZES } from '../../shared/domain/limits.ts';
import { type Context, messagesOf, readChain } from './context.ts';
import { emptyWorld, geometry, QUIET, type Scene } from './setup.ts';
import type { World } from './world.ts';

/** Two splitters on one slice, a source that answers otherwise the second time, crashes at every step. */
function scene(over: Partial<Scene['level']>): Scene {
  const level = { ...QUIET, workers: { split: 2 }, ...over };
  return {
    level,
    initial: () => {
      const w = emptyWorld(level);
      w.run = { ...w.run, status: 'splitting', plan: level.sources.length };
      w.queue = level.sources.map((_, slice) => `s:${slice}`);
      return [w];
    },
    finished: isSplit,
  };
}

const LEASED: Partial<Scene['level']> = { leases: true, geometry: geometry(1, 1, [1, 2]), sources: [['ab', 'xyz']] };

const CANARY: Partial<Scene['level']> = {
  ...LEASED,
  geometry: geometry(2, 1, [1, 2]),
  itemBytes: SIZES.pageBytes,
  canary: 1,
  sources: [['abc']],
};

/** Every slice has its END and count, and each of its slots was sent. */
function isSplit(w: World, cx: Context): boolean {
  return w.slices.every((_, slice) => {
    const { blocks, ended } = readChain(cx, w, slice);
    const sent = blocks.flatMap(({ id, pages }) => messagesOf(id, pages)).every((text) => w.ghost.sent.includes(text));
    return ended && sent && w.root.counted.length === w.slices.length;
  });
}

export const SCENES: Record<string, Scene> = {
  'pages of one item': scene({
    geometry: geometry(2, 1, [1, 2]),
    itemBytes: SIZES.pageBytes,
    sources: [['abc', 'xyzu', '']],
    budget: { crash: 1 },
  }),
  'two splitters': scene({
    geometry: geometry(2, 2, [1, 2]),
    sources: [['abc', 'xyzuv']],
    budget: { crash: 1, duplicate: 1 },
  }),
  'a block as long as there was time for': scene({
    geometry: geometry(2, 2, [1, 2]),
    sources: [['abc', 'xyz']],
    budget: { crash: 1, continuation: 1 },
  }),
  'blocks sent in windows': scene({
    geometry: geometry(1, 1, [1, 2]),
    window: 2,
    sources: [['abc']],
    budget: { crash: 2, continuation: 1 },
  }),
  'leases, two crashes': scene({ ...LEASED, budget: { crash: 2, continuation: 1 } }),
  'leases that run out': scene({ ...LEASED, budget: { crash: 1, duplicate: 1, lapse: 1 } }),
  'paused in the middle': scene({
    ...LEASED,
    sweeper: true,
    sources: [['abc']],
    budget: { pause: 1, crash: 1, stale: 1, sweep: 1 },
  }),
  'a canary': scene({ ...CANARY, budget: { duplicate: 2, lapse: 1 } }),
  // A flag that is set, and its slices not sent, stands still.
  'a canary and a crash': scene({ ...CANARY, sweeper: true, budget: { crash: 1 } }),
};
