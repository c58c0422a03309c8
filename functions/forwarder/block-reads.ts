import type { RunBlock } from '../../shared/domain/layout.ts';
import type { BlockState } from '../../shared/domain/sending.ts';
import type { BlockStore } from '../../shared/ports/block-store.ts';

/**
 * BLOCK as a batch's messages find it when the batch begins. A splitter sends a block's messages together, so most batches
 * hold several of one block: they share one consistent read, made when the first of them asks.
 */
export class BlockReads {
  readonly #store: Pick<BlockStore, 'read'>;
  readonly #reading = new Map<string, Promise<BlockState>>();

  constructor(store: Pick<BlockStore, 'read'>) {
    this.#store = store;
  }

  read({ run, ref }: RunBlock): Promise<BlockState> {
    const key = `${run}/${ref.slice}-${ref.segment}.${ref.block}`;
    const known = this.#reading.get(key);
    if (known) return known;
    const reading = this.#store.read(run, ref);
    this.#reading.set(key, reading);
    return reading;
  }
}
