import { END, PageDraft, placeBehind } from '../../shared/domain/chain.ts';
import { packCount } from '../../shared/domain/completion.ts';
import { FIRST_PLACE, type Layout, sliceExtent } from '../../shared/domain/layout.ts';
import type { Bug } from './bugs.ts';
import { type Context, messagesOf, placeKey, readChain, segmentRecord } from './context.ts';
import { describeFailure, type Exploration, explore } from './explore.ts';
import { modelOf } from './model.ts';
import type { Level, World } from './world.ts';

/** A level of the model: what is in it, where it starts, and what a quiet continuation must reach. */
export interface Scene {
  readonly level: Level;
  readonly initial: (cx: Context) => World[];
  readonly finished: (w: World, cx: Context) => boolean;
}

export function geometry(blockChildren: number, slotChildren: number, segments: readonly number[]): Layout {
  return { blockChildren, slotChildren, segmentBlocks: (k) => segments[Math.min(k, segments.length - 1)] ?? 1 };
}

/** A level without faults, of which each test says what it needs. */
export const QUIET: Level = {
  geometry: geometry(2, 1, [1, 2]),
  sources: [],
  plans: [1],
  itemBytes: 1,
  window: 1,
  attempts: 2,
  answers: 'S',
  killers: '',
  culprits: '',
  itemsPerCall: 1,
  budget: {},
  workers: {},
  batch: 1,
  sweeper: false,
  delays: false,
  countCalls: false,
  base: null,
  leases: false,
  canary: null,
  tolerate: { failedCount: 0 },
};

export function emptyWorld(level: Level): World {
  return {
    run: {
      status: 'none',
      was: null,
      overdue: false,
      plan: null,
      reason: null,
      cut: false,
      passed: false,
      lease: null,
      report: null,
      mailClaimed: false,
    },
    root: { done: [], counted: [], slices: null },
    slices: level.sources.map(() => ({ chain: {}, checkpoint: null, was: null, lease: null })),
    segments: {},
    blocks: {},
    queue: [],
    procs: [],
    left: { ...level.budget },
    ghost: {
      finishes: 0,
      mails: 0,
      mailed: null,
      rewritten: null,
      calls: {},
      halvings: {},
      deaths: {},
      evidence: [],
      forgotten: 0,
      sent: [],
      cut: false,
      dead: [],
    },
  };
}

/** A run whose slices are split, counted and all sent, as splitters leave it. */
export function splitWorld(cx: Context): World {
  const w = emptyWorld(cx.level);
  w.run = { ...w.run, status: 'splitting', plan: cx.level.sources.length };
  w.root.slices = cx.level.sources.length;
  for (const [slice, variants] of cx.level.sources.entries()) {
    storeChain(cx, w, slice, variants[0] ?? '', true);
    const { blocks, tail } = readChain(cx, w, slice);
    const { segments, lastSize } = sliceExtent(tail, cx.level.geometry);
    if (lastSize !== null) segmentRecord(w, `${slice}-${segments - 1}`).size = lastSize;
    w.root.counted.push(packCount(slice, segments));
    for (const { id, pages } of blocks) w.queue.push(...messagesOf(id, pages));
  }
  return w;
}

export function storeChain(cx: Context, w: World, slice: number, items: string, ended: boolean): void {
  const chain = w.slices[slice]?.chain ?? {};
  const bytes = cx.level.itemBytes;
  let place = FIRST_PLACE;
  let first = 0;
  for (let i = 0; i < items.length; ) {
    const draft = new PageDraft(first, cx.level.geometry);
    for (; i < items.length && draft.fits(bytes); i++) draft.add(items[i] ?? '', bytes, i + 1);
    const page = draft.page(draft.fillsBlock || i === items.length);
    chain[placeKey(place)] = cx.pageNumber(page);
    first = page.endsBlock ? 0 : first + page.items.length;
    place = placeBehind(place, page, cx.level.geometry);
  }
  if (ended) chain[placeKey(place)] = cx.pageNumber(END);
}

export const isReported = (w: World): boolean => w.run.report !== null && w.run.mailClaimed;

export function run(scene: Scene, bug: Bug | null = null, maxStates = 400_000): Exploration {
  return explore(modelOf(scene.level, scene.initial, scene.finished, bug), maxStates);
}

/** What a test asserts of a level that must hold: nothing wrong, and it was no small world. */
export function verdict(exploration: Exploration): string {
  return describeFailure(exploration.failure);
}
