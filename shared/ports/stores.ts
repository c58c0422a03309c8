import type { ActStore } from './act-store.ts';
import type { BlockStore } from './block-store.ts';
import type { ChainStore } from './chain-store.ts';
import type { NoticeStore } from './notice-store.ts';
import type { ProgressStore } from './progress-store.ts';
import type { RefusalStore } from './refusal-store.ts';
import type { RunStore } from './run-store.ts';
import type { SeatStore } from './seat-store.ts';
import type { SegmentStore } from './segment-store.ts';
import type { SweepStore } from './sweep-store.ts';
import type { WaitStore } from './wait-store.ts';

/** A pipeline's table, by what is kept in it. */
export interface Stores {
  readonly acts: ActStore;
  readonly runs: RunStore;
  readonly chains: ChainStore;
  readonly blocks: BlockStore;
  readonly segments: SegmentStore;
  readonly seats: SeatStore;
  readonly notices: NoticeStore;
  readonly progress: ProgressStore;
  readonly refusals: RefusalStore;
  readonly sweeps: SweepStore;
  readonly waits: WaitStore;
}
