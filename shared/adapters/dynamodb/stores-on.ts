import type { Stores } from '../../ports/stores.ts';
import { actStore } from './acts.ts';
import { blockStore } from './blocks.ts';
import { chainStore } from './chains.ts';
import type { ItemTable } from './item-table.ts';
import { keysOf } from './keys.ts';
import { noticeStore } from './notices.ts';
import { progressStore } from './progress.ts';
import { refusalStore } from './refusals.ts';
import { runStore } from './runs.ts';
import { seatStore } from './seats.ts';
import { segmentStore } from './segments.ts';
import { sweepStore } from './sweeps.ts';
import { waitStore } from './waits.ts';

/** A pipeline's stores on any table; other pipelines' items are out of their reach. Loads no client of AWS. */
export function storesOn(table: ItemTable, pipeline: string): Stores {
  const keys = keysOf(pipeline);
  return {
    acts: actStore(table, keys),
    runs: runStore(table, keys),
    chains: chainStore(table, keys),
    blocks: blockStore(table, keys),
    segments: segmentStore(table, keys),
    seats: seatStore(table, keys),
    notices: noticeStore(table, keys),
    progress: progressStore(table, keys),
    refusals: refusalStore(table, keys),
    sweeps: sweepStore(table, keys),
    waits: waitStore(table, keys),
  };
}
