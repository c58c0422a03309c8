import { SIZES } from '../../shared/domain/limits.ts';
import { emptyWorld, geometry, isReported, QUIET, type Scene, splitWorld, storeChain } from './setup.ts';
import { spawnCloser } from './spawn.ts';
import type { Level } from './world.ts';

type From = 'start' | 'planned' | 'slices' | 'split' | 'deadline' | 'closer';

/** Cancel, or a deadline, racing with splits, calls and the finish. */
function scene(over: Partial<Level>, from: From, finished: Scene['finished'] = isReported): Scene {
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
      if (from === 'planned') {
        w.run = { ...w.run, status: 'planned' };
        spawnCloser(w, 'cancelled');
        return [w];
      }
      const slices = level.sources.length;
      w.run = { ...w.run, status: 'splitting', plan: slices };
      w.root.slices = slices;
      w.queue = level.sources.map((_, slice) => `s:${slice}`);
      if (from === 'slices') return [w];
      spawnCloser(w, 'expired');
      // What no splitter of this level takes up is there already, without an END.
      if (level.workers.split === undefined) {
        storeChain(cx, w, 0, level.sources[0]?.[0] ?? '', false);
        if (from === 'closer') w.run = { ...w.run, status: 'closing', reason: 'expired' };
        w.queue = [];
      }
      return [w];
    },
    finished,
  };
}

const NO_CALLS = { split: 1, aggregate: 1, finish: 1 };

export const SCENES: Record<string, Scene> = {
  'cancel while splitting and calling': scene(
    {
      geometry: geometry(1, 1, [2]),
      sources: [['a']],
      workers: { split: 1, forward: 1, aggregate: 1 },
      budget: { close: 1 },
    },
    'slices',
    // The report is the other scenes': here it would only multiply the states.
    (w) => w.queue.includes('f'),
  ),
  'cancel while calling': scene(
    {
      sources: [['a']],
      answers: 'SF',
      workers: { forward: 2, aggregate: 1, finish: 1 },
      budget: { close: 1, stale: 1 },
    },
    'split',
  ),
  // What has ended is stored while its children are given up.
  'cancel while storing early': scene(
    {
      sources: [['a']],
      answers: 'SF',
      storesEarly: 'all that ended',
      workers: { forward: 1, aggregate: 1, finish: 1 },
      budget: { close: 1 },
    },
    'split',
  ),
  'its deadline comes while calling': scene(
    {
      sources: [['a']],
      answers: 'SF',
      workers: { forward: 1, aggregate: 1, finish: 1, close: 1 },
      sweeper: true,
      budget: { deadline: 1, sweep: 1 },
    },
    'split',
  ),
  'its deadline comes while splitting and calling': scene(
    {
      geometry: geometry(1, 1, [2]),
      sources: [['a']],
      workers: { split: 1, forward: 1, aggregate: 1, close: 1 },
      sweeper: true,
      budget: { deadline: 1 },
    },
    'slices',
    (w) => w.queue.includes('f'),
  ),
  'cancel a run that starts': scene(
    {
      sources: [['']],
      plans: [0, 1],
      workers: { start: 1, split: 1, finish: 1 },
      sweeper: true,
      budget: { close: 1, crash: 1 },
    },
    'start',
  ),
  'cancelled at its deadline': scene(
    { sources: [['a']], workers: { aggregate: 1, finish: 1 }, budget: { close: 1 } },
    'deadline',
  ),
  'closed by an old checkpoint': scene(
    { geometry: geometry(1, 1, [1, 2]), sources: [['abc']], workers: NO_CALLS, budget: { stale: 1 } },
    'closer',
  ),
  'closed before its plan': scene({ workers: { finish: 1 } }, 'planned'),
  'closed while splitting': scene(
    { geometry: geometry(1, 1, [1]), sources: [['ab', 'xyz']], workers: NO_CALLS },
    'closer',
  ),
  'closed in the middle of a block': scene(
    { geometry: geometry(2, 1, [1]), itemBytes: SIZES.pageBytes, sources: [['abc', 'x']], workers: NO_CALLS },
    'closer',
  ),
  'a closer that crashes': scene(
    { sources: [['a']], workers: { aggregate: 1, finish: 1 }, sweeper: true, budget: { crash: 2 } },
    'closer',
  ),
};
