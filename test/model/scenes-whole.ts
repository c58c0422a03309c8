import { emptyWorld, geometry, isReported, QUIET, type Scene } from './setup.ts';
import type { Level } from './world.ts';

/** From the start to the report, with few children. */
function scene(over: Partial<Level>): Scene {
  const level: Level = {
    ...QUIET,
    geometry: geometry(1, 1, [1]),
    workers: { start: 1, split: 1, forward: 1, aggregate: 1, finish: 1 },
    ...over,
  };
  return { level, initial: () => [emptyWorld(level)], finished: isReported };
}

/** From the slice's message on, with two splitters that lease it. */
function fromSlice(over: Partial<Level>): Scene {
  const { level, finished } = scene({
    workers: { split: 2, forward: 1, aggregate: 1, finish: 1 },
    leases: true,
    ...over,
  });
  const initial = () => {
    const w = emptyWorld(level);
    w.run = { ...w.run, status: 'splitting', plan: 1 };
    w.root.slices = 1;
    w.queue = ['s:0'];
    return [w];
  };
  return { level, initial, finished };
}

export const SCENES: Record<string, Scene> = {
  'two children, nothing wrong': scene({ sources: [['ab']] }),
  'one child, a crash': scene({ sources: [['a']], sweeper: true, budget: { crash: 1 } }),
  'one child, a crash and a lost message': scene({ sources: [['a']], sweeper: true, budget: { crash: 1, lose: 1 } }),
  // Without a sweeper: from the slice's message on, nothing but a lost message needs one.
  'a lease that runs out, a duplicate': fromSlice({ sources: [['a']], budget: { duplicate: 1, lapse: 1 } }),
  'two children, a lost message': scene({ sources: [['ab']], sweeper: true, budget: { lose: 1 } }),
  'two slices': scene({ sources: [['a'], ['b']], plans: [2], budget: {} }),
  'no children': scene({ sources: [['']], plans: [0, 1], sweeper: true, budget: { crash: 1, duplicate: 1 } }),
  'started twice': scene({
    sources: [[''], ['']],
    plans: [1, 2],
    sweeper: true,
    workers: { start: 2, split: 1, finish: 1, forward: 1, aggregate: 1 },
    budget: { start: 2 },
  }),
};
