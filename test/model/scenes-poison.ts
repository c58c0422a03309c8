import { received as handedOut } from './messages.ts';
import { geometry, QUIET, type Scene, splitWorld } from './setup.ts';
import type { Level, World } from './world.ts';

/** A child (`k`) that kills its forwarder every time. */
function scene(over: Partial<Level>): Scene {
  const level: Level = { ...QUIET, workers: { forward: 2 }, sweeper: true, countCalls: true, killers: 'k', ...over };
  return { level, initial: (cx) => [splitWorld(cx)], finished: (w: World) => w.queue.includes('g:0-0') };
}

const SAME_SLOT: Partial<Level> = { geometry: geometry(2, 2, [1]), sources: [['ka']] };
const SAME_BATCH: Partial<Level> = { geometry: geometry(2, 1, [1]), sources: [['ka']], batch: 2 };
const ALONE: Partial<Level> = { geometry: geometry(1, 1, [1]), sources: [['k']] };

/** Nobody kills; the message has come back once, so that it is suspect from the start. */
function received(of: Scene): Scene {
  return {
    ...of,
    initial: (cx) => {
      const w = splitWorld(cx);
      w.queue = w.queue.map(handedOut);
      return [w];
    },
  };
}

const INNOCENTS = scene({
  ...SAME_SLOT,
  sources: [['ab']],
  killers: '',
  answers: 'SR',
  workers: { forward: 1 },
  budget: { crash: 1, sweep: 1 },
});

export const SCENES: Record<string, Scene> = {
  'neighbour in the slot': scene({ ...SAME_SLOT, workers: { forward: 2 }, budget: {} }),
  'neighbour in the slot, a crash': scene({ ...SAME_SLOT, budget: { crash: 1 } }),
  'neighbour in the slot, a duplicate': scene({ ...SAME_SLOT, budget: { duplicate: 1 } }),
  'neighbour in the slot, a store that fails': scene({ ...SAME_SLOT, budget: { fail: 2 } }),
  'neighbour in the slot that fails': scene({ ...SAME_SLOT, answers: 'SR', budget: { sweep: 1 } }),
  'neighbour in the batch': scene({ ...SAME_BATCH, budget: { crash: 1 } }),
  'alone, sent again': scene({ ...ALONE, budget: { sweep: 1, crash: 1 } }),
  innocents: received(INNOCENTS),
  // The mark of the first may still be there when the second is called by the same forwarder.
  'two copies of a suspect in one batch': received(
    scene({
      ...SAME_SLOT,
      sources: [['ab']],
      killers: '',
      workers: { forward: 1 },
      batch: 2,
      budget: { duplicate: 1, fail: 1, unanswered: 1 },
    }),
  ),
};
