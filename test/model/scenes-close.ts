import { emptyWorld, geometry, isReported, QUIET, type Scene, splitWorld } from './setup.ts';
import type { Level } from './world.ts';

/** Cancel, or a deadline, racing with splits, calls and the finish. */
function scene(over: Partial<Level>, from: 'start' | 'slices' | 'split'): Scene {
  const level: Level = {
    ...QUIET,
    geometry: geometry(1, 1, [1]),
    workers: { start: 1, split: 1, forward: 1, aggregate: 1, finish: 1, close: 1 },
    ...over,
  };
  return {
    level,
    initial: (cx) => {
      if (from === 'split') return [splitWorld(cx)];
      const w = emptyWorld(level);
      if (from === 'start') return [{ ...w, left: { ...w.left, start: 1 } }];
      const slices = level.sources.length;
      w.run = { ...w.run, status: 'splitting', plan: slices };
      w.root.slices = slices;
      w.queue = level.sources.map((_, slice) => `s:${slice}`);
      return [w];
    },
    finished: isReported,
  };
}

export const SCENES: Record<string, Scene> = {
  'cancel while splitting': scene({ sources: [['ab']], budget: { close: 1 } }, 'slices'),
  'cancel while calling': scene({ sources: [['a']], workers: { forward: 2, aggregate: 2, finish: 1 }, answers: 'S', budget: { close: 1, duplicate: 1 } }, 'split'),
  'cancel a run that starts': scene({ sources: [['a']], plans: [0, 1], sweeper: true, budget: { close: 1 } }, 'start'),
  'a closer that crashes': scene({ sources: [['a']], sweeper: true, budget: { close: 1, crash: 1 } }, 'slices'),
  'closed in the middle of a block': scene(
    { geometry: geometry(2, 1, [1]), itemsPerPage: 1, sources: [['abc']], budget: { close: 1 }, workers: { split: 1, forward: 1, aggregate: 1, finish: 1 } },
    'slices',
  ),
};
