import { answerLater } from './calling-back.ts';
import { blockOf, type Context } from './context.ts';
import { workText } from './messages.ts';
import { geometry, isReported, QUIET, type Scene, splitWorld } from './setup.ts';
import { insertBucket, type Level, type World } from './world.ts';

const BLOCK = '0-0.0';

const CALLED_BACK: Level = {
  ...QUIET,
  geometry: geometry(1, 1, [1]),
  sources: [['a']],
  attempts: 1,
  answers: 'W',
  callbacks: { says: ['S'], onExpiry: 'fail' },
  sweeper: true,
  tolerate: { failedPercent: 100 },
};

/** From the call on, which is answered with 202: what its service says comes early, or never. Finished when the segment is told. */
function called(over: Partial<Level>): Scene {
  const level: Level = { ...CALLED_BACK, workers: { forward: 1, callback: 1 }, ...over };
  return { level, initial: (cx) => [splitWorld(cx)], finished: (w) => w.queue.includes('g:0-0') };
}

/** From the wait on, until the segment is told: what its service says, of the first call, comes while time passes or the run is closed. */
function waiting(says: string, over: Partial<Level>): Scene {
  const level: Level = { ...CALLED_BACK, workers: { forward: 1, callback: 1 }, ...over };
  return { level, initial: (cx) => [worldThatWaits(cx, says)], finished: (w) => w.queue.includes('g:0-0') };
}

/** The same, until the segment is frozen and the run told. */
function frozen(over: Partial<Level>): Scene {
  const level: Level = { ...CALLED_BACK, workers: { forward: 1, callback: 1, aggregate: 1 }, ...over };
  return { level, initial: (cx) => [worldThatWaits(cx, 'S')], finished: (w) => w.queue.includes('f') };
}

function worldThatWaits(cx: Context, says: string): World {
  const w = splitWorld(cx);
  w.queue = [];
  blockOf(w, BLOCK).registers[0] = { turn: 1, tries: [], care: 0, mark: null, waiting: [[0, 1]] };
  insertBucket(w, BLOCK, 0);
  answerLater(w, { block: BLOCK, slot: 0, n: 0, attempt: 1 }, says);
  return w;
}

/** A slot of two: the first child waits, the second's first call failed, and the slot's message is to call it a second, last time. */
function besideACall(says: string, over: Partial<Level>): Scene {
  const level: Level = {
    ...CALLED_BACK,
    ...{ workers: { forward: 1, callback: 1 }, countCalls: true, attempts: 2, answers: 'W', sweeper: false },
    ...{ geometry: geometry(2, 2, [1]), sources: [['ab']] },
    ...over,
  };
  const initial = (cx: Context) => {
    const w = worldThatWaits(cx, says);
    blockOf(w, BLOCK).registers[0] = { turn: 1, tries: [[1, 1, 0, 0]], care: 0, mark: null, waiting: [[0, 1]] };
    w.queue.push(workText({ block: BLOCK, slot: 0, items: 'ab', turn: 1, size: 2, receives: 0, delayed: false }));
    w.ghost.calls = { a: 1, b: 1 };
    return [w];
  };
  return { level, initial, finished: (w) => w.queue.includes('g:0-0') };
}

const RETRY = { says: ['S'], onExpiry: 'retry' } as const;

export const SCENES: Record<string, Scene> = {
  early: called({}),
  'never, and a crash': called({ callbacks: { says: [''], onExpiry: 'fail' }, budget: { crash: 1 } }),
  'two of a slot': called({ geometry: geometry(2, 2, [1]), sources: [['ab']], answers: 'SW', budget: { lose: 1 } }),
  'a forged token': called({ budget: { forge: 1 } }),
  // A service that contradicts itself: what it says of its first call may come during the second.
  'two words of one call': waiting('RF', { attempts: 2, callbacks: RETRY }),
  'a failure beside a call': besideACall('R', { callbacks: { says: [''], onExpiry: 'fail' } }),
  'a failure and a crash beside a call': besideACall('R', { answers: 'S', budget: { crash: 1 }, sweeper: true }),
  'heard of beside a call': besideACall('H', { answers: 'R' }),
  'over beside a call': besideACall('', { callbacks: { says: [''], onExpiry: 'retry' } }),
  'twice at once': waiting('S', { workers: { callback: 2 }, budget: { duplicate: 1 } }),
  'paused while it waits': waiting('S', { budget: { pause: 1 } }),
  'cancelled while it waits': waiting('S', { workers: { callback: 1, close: 1 }, budget: { close: 1 } }),
  'its deadline comes while it waits': waiting('S', { budget: { deadline: 1 } }),
  'late or never': frozen({ workers: { forward: 1, callback: 1, aggregate: 2 }, budget: { lose: 1 } }),
  'late, and a crash': frozen({ budget: { crash: 1 } }),
  'a redrive': {
    ...frozen({ base: ['0-0.0.0=xS', '0-0.0.1=aF'], workers: { callback: 1, aggregate: 1, finish: 1 } }),
    finished: isReported,
  },
};
