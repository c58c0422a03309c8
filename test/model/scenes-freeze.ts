import { addBlock, addDone, addOutcomes, type Context } from './context.ts';
import { geometry, isReported, QUIET, type Scene, splitWorld } from './setup.ts';
import type { Level, World } from './world.ts';

/**
 * Segments about to be full, while a late forwarder still has an outcome to store: of a failure that another reports as
 * success, for one. Two aggregators, lost and repeated notifications.
 */
function scene(over: Partial<Level>, prepare: (cx: Context, w: World) => void): Scene {
  const level: Level = { ...QUIET, workers: { forward: 2, aggregate: 2, finish: 1 }, ...over };
  const initial = (cx: Context) => {
    const w = splitWorld(cx);
    prepare(cx, w);
    return [w];
  };
  return { level, initial, finished: isReported };
}

/** A block whose children failed, as pages say; its set isn't told yet. */
function failed(cx: Context, w: World, block: string, children: readonly number[]): void {
  addOutcomes(
    w,
    block,
    children.map((n): [number, string] => [n, 'F']),
  );
  addDone(cx, w, block, children);
}

export const SCENES: Record<string, Scene> = {
  'late success': scene(
    // Copies of one message are called side by side: one says it failed for good, another that it succeeded.
    { geometry: geometry(1, 1, [1]), sources: [['a']], attempts: 1, answers: 'SF', budget: { duplicate: 1 } },
    () => undefined,
  ),
  'two segments': scene(
    {
      geometry: geometry(1, 1, [1]),
      sources: [['ab']],
      workers: { aggregate: 2, finish: 1 },
      budget: { duplicate: 1, crash: 1 },
    },
    (cx, w) => {
      for (const block of ['0-0.0', '0-1.0']) {
        failed(cx, w, block, [0]);
        addBlock(cx, w, block);
      }
      w.queue = ['g:0-0', 'g:0-1'];
    },
  ),
  'segment of two blocks': scene(
    {
      geometry: geometry(1, 1, [2]),
      sources: [['ab']],
      workers: { forward: 2, aggregate: 1, finish: 1 },
      budget: { crash: 1 },
    },
    () => undefined,
  ),
  'two finishers': scene(
    { geometry: geometry(1, 1, [1]), sources: [['a']], workers: { finish: 2 }, budget: { duplicate: 1, crash: 2 } },
    (cx, w) => {
      failed(cx, w, '0-0.0', [0]);
      addBlock(cx, w, '0-0.0');
      w.segments['0-0'] = { size: null, done: [0], frozen: ['0-0.0.0=aF'] };
      w.root.done = [0];
      w.queue = ['f'];
    },
  ),
  'lost notifications': scene(
    {
      geometry: geometry(1, 1, [1]),
      sources: [['ab']],
      sweeper: true,
      workers: { forward: 1, aggregate: 1, finish: 1 },
      budget: { lose: 2 },
    },
    () => undefined,
  ),
  // It stands still between its reads and what it does by them.
  'a sweeper that acts late': scene(
    {
      geometry: geometry(1, 1, [1]),
      sources: [['a']],
      sweeper: true,
      workers: { forward: 1, aggregate: 1, finish: 1 },
      budget: { sweep: 1, stale: 1 },
    },
    () => undefined,
  ),
};
