import type { Stores } from '../../shared/ports/stores.ts';
import { Meter } from '../meter.ts';
import { MemoryBlockStore } from './block-store.ts';
import { MemoryChainStore } from './chain-store.ts';
import { MemoryPages } from './pages.ts';
import { MemoryProgressStore } from './progress-store.ts';
import { MemoryRefusalStore } from './refusal-store.ts';
import { MemoryRunStore } from './run-store.ts';
import { MemorySegmentStore } from './segment-store.ts';
import { MemorySweepStore } from './sweep-store.ts';

/** A pipeline's table in memory, metered. Everything is copied on its way in and out. */
export function memoryStores(meter: Meter = new Meter()): Stores {
  const pages = new MemoryPages();
  return {
    runs: new MemoryRunStore(meter),
    chains: new MemoryChainStore(pages, meter),
    blocks: new MemoryBlockStore(pages, meter),
    segments: new MemorySegmentStore(meter),
    progress: new MemoryProgressStore(meter),
    refusals: new MemoryRefusalStore(meter),
    sweeps: new MemorySweepStore(meter),
  };
}
