import { geometry, QUIET, type Scene, splitWorld } from './setup.ts';
import type { Level, World } from './world.ts';

/** One block, every way its messages can go. Finished when its segment was told. */
function scene(over: Partial<Level>): Scene {
  const level: Level = { ...QUIET, workers: { forward: 2 }, sweeper: true, countCalls: true, ...over };
  return { level, initial: (cx) => [splitWorld(cx)], finished: (w: World) => w.queue.includes('g:0-0') };
}

const TWO_SLOTS: Partial<Level> = { geometry: geometry(2, 1, [1]), sources: [['ab']] };
const ONE_SLOT: Partial<Level> = { geometry: geometry(2, 2, [1]), sources: [['ab']] };
// Four children that one call carries.
const BATCH: Partial<Level> = { geometry: geometry(4, 4, [1]), sources: [['abcd']], itemsPerCall: 4 };
// A block of one child, which has a slot of its own.
const SINGLE: Partial<Level> = { geometry: geometry(2, 1, [1]), sources: [['a']] };

export const SCENES: Record<string, Scene> = {
  'retries and a crash': scene({ ...TWO_SLOTS, answers: 'SR', budget: { crash: 1 } }),
  'retries and a duplicate': scene({ ...SINGLE, answers: 'SR', budget: { duplicate: 1, crash: 1 } }),
  'retries and a slow forwarder': scene({ ...ONE_SLOT, answers: 'SR', budget: { slow: 1 } }),
  'retries and a hasty sweeper': scene({ ...ONE_SLOT, answers: 'SR', budget: { sweep: 1, lose: 1 } }),
  'a hasty sweeper and a crash': scene({ ...SINGLE, answers: 'SR', budget: { crash: 1, sweep: 1 } }),
  'waits and hand-backs': scene({
    ...ONE_SLOT,
    answers: 'SR',
    delays: true,
    budget: { back: 1, crash: 1 },
    workers: { forward: 1 },
  }),
  // Without a sweeper: nothing that a group commits, or a forwarder hands back, may need one.
  'a group of two messages': scene({
    ...TWO_SLOTS,
    answers: 'SR',
    batch: 2,
    workers: { forward: 1 },
    sweeper: false,
    budget: { duplicate: 1 },
  }),
  'a group and a crash': scene({ ...TWO_SLOTS, batch: 2, sweeper: false, budget: { crash: 1 } }),
  // What fails while its forwarder lives comes back by itself, where nothing was raised.
  'a group and a store that fails': scene({
    ...TWO_SLOTS,
    batch: 2,
    workers: { forward: 1 },
    sweeper: false,
    budget: { fail: 2 },
  }),
  'a group and an answer that is lost': scene({
    ...TWO_SLOTS,
    batch: 2,
    workers: { forward: 1 },
    sweeper: false,
    budget: { fail: 1, unanswered: 1 },
  }),
  // Of two children one ends, and is stored before the other.
  'stored early, and a crash': scene({
    ...ONE_SLOT,
    answers: 'SR',
    storesEarly: 'all that ended',
    budget: { crash: 1 },
  }),
  'stored early, and a store that fails': scene({
    ...ONE_SLOT,
    storesEarly: 'all that ended',
    workers: { forward: 1 },
    sweeper: false,
    budget: { fail: 2 },
  }),
  'stored early, of two messages': scene({
    ...{ geometry: geometry(4, 2, [1]), sources: [['abcd']] },
    ...{ batch: 2, storesEarly: 'all that ended', workers: { forward: 1 }, sweeper: false, budget: { crash: 1 } },
  }),
  'retries and a store that fails': scene({ ...ONE_SLOT, answers: 'SR', workers: { forward: 1 }, budget: { fail: 2 } }),
  'handed back time and again': scene({
    ...ONE_SLOT,
    answers: 'SR',
    delays: true,
    sweeper: false,
    budget: { back: 3 },
  }),
  // Calls that meet it are not counted: those that are left are the attempts.
  'a service that is busy': scene({ ...ONE_SLOT, answers: 'SR', sweeper: false, budget: { pressure: 2 } }),
  'a service that is busy, and a crash': scene({
    ...ONE_SLOT,
    answers: 'SR',
    workers: { forward: 1 },
    budget: { pressure: 1, crash: 1 },
  }),
  // Its halvings are not counted as calls: those that are left are the attempts.
  'a batch with a culprit': scene({
    ...BATCH,
    culprits: 'c',
    workers: { forward: 1 },
    sweeper: false,
    budget: { pressure: 1, back: 1 },
  }),
  'a batch with a culprit, and a crash': scene({
    ...BATCH,
    culprits: 'b',
    workers: { forward: 1 },
    budget: { crash: 1 },
  }),
  'a batch whose call reaches nobody': scene({
    ...BATCH,
    answers: 'SR',
    culprits: 'b',
    workers: { forward: 1 },
    sweeper: false,
  }),
  'a batch received twice': scene({ ...BATCH, culprits: 'd', workers: { forward: 2 }, budget: { duplicate: 1 } }),
  'a store that fails a suspect': scene({ ...ONE_SLOT, workers: { forward: 1 }, budget: { fail: 2, crash: 1 } }),
  'pause and resume': scene({ ...ONE_SLOT, answers: 'SR', budget: { pause: 1 } }),
  'pause and a crash': scene({ ...SINGLE, answers: 'SR', workers: { forward: 1 }, budget: { pause: 1, crash: 1 } }),
  // Without a sweeper: what resuming sends must not be lost to a status that a forwarder remembers.
  'a cached status': scene({ ...SINGLE, answers: 'SR', sweeper: false, budget: { pause: 1, stale: 2 } }),
  'a cached status and a crash': scene({ ...SINGLE, countCalls: false, budget: { pause: 1, stale: 1, crash: 1 } }),
  'dead letters': scene({
    ...ONE_SLOT,
    answers: 'SR',
    workers: { forward: 1, dead: 1 },
    budget: { dead: 1, sweep: 1 },
  }),
  // Without a failure nothing is sent again: then a crash needs no sweeper.
  'no sweeper needed': scene({ ...TWO_SLOTS, sweeper: false, countCalls: false, budget: { crash: 1, duplicate: 1 } }),
};
