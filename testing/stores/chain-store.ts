import type { Page } from '../../shared/domain/chain.ts';
import type { Place } from '../../shared/domain/layout.ts';
import type { ChainStore, Checkpoint } from '../../shared/ports/chain-store.ts';
import { COMPRESSED, type Meter } from '../meter.ts';
import { Copy } from './copy.ts';
import type { MemoryPages } from './pages.ts';

interface SliceItem {
  owner: string;
  until: number;
  attempts: number;
  checkpoint: Copy<Checkpoint> | null;
}

/** Chains and slices in memory. */
export class MemoryChainStore implements ChainStore {
  readonly #slices = new Map<string, SliceItem>();
  readonly #pages: MemoryPages;
  readonly #meter: Meter;

  constructor(pages: MemoryPages, meter: Meter) {
    this.#pages = pages;
    this.#meter = meter;
  }

  async putPage(run: string, slice: number, place: Place, page: Page, _ttl: number): Promise<boolean> {
    const bytes = this.#pages.put(run, slice, place, page);
    const stored = bytes ?? this.#pages.get(run, slice, place)?.bytes ?? 0;
    this.#meter.write('chains.putPage', 0, stored * COMPRESSED);
    return bytes !== null;
  }

  async readPage(run: string, slice: number, place: Place): Promise<Page | null> {
    const page = this.#pages.get(run, slice, place);
    this.#meter.read('chains.readPage', (page?.bytes ?? 0) * COMPRESSED);
    return page?.value ?? null;
  }

  async lease(
    run: string,
    slice: number,
    { owner, now, until }: { owner: string; now: number; until: number; ttl: number },
  ): Promise<{ checkpoint: Checkpoint | null; attempts: number } | null> {
    const known = this.#slices.get(key(run, slice));
    const bytes = known?.checkpoint?.bytes ?? 0;
    this.#meter.write('chains.lease', bytes, bytes);
    if (known && known.owner !== owner && known.until >= now) return null;
    const attempts = (known?.attempts ?? 0) + 1;
    this.#slices.set(key(run, slice), { owner, until, attempts, checkpoint: known?.checkpoint ?? null });
    return { checkpoint: known?.checkpoint?.value ?? null, attempts };
  }

  async release(run: string, slice: number, owner: string, attempt: 'counts' | 'does-not-count'): Promise<void> {
    const known = this.#slices.get(key(run, slice));
    this.#meter.write('chains.release', 0, known?.checkpoint?.bytes ?? 0);
    if (known?.owner !== owner) return;
    known.owner = '';
    known.until = 0;
    if (attempt === 'does-not-count') known.attempts--;
  }

  async checkpoint(
    run: string,
    slice: number,
    checkpoint: Checkpoint,
    { owner, until }: { owner: string; until: number },
  ): Promise<void> {
    const copy = new Copy(checkpoint);
    this.#meter.write('chains.checkpoint', this.#slices.get(key(run, slice))?.checkpoint?.bytes ?? 0, copy.bytes);
    this.#slices.set(key(run, slice), { owner, until, attempts: 0, checkpoint: copy });
  }

  async readCheckpoints(run: string, slices: readonly number[]): Promise<(Checkpoint | null)[]> {
    return slices.map((slice) => {
      const checkpoint = this.#slices.get(key(run, slice))?.checkpoint;
      this.#meter.read('chains.readCheckpoints', checkpoint?.bytes ?? 0, false);
      return checkpoint?.value ?? null;
    });
  }
}

const key = (run: string, slice: number) => `${run}/${slice}`;
