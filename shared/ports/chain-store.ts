import type { Page } from '../domain/chain.ts';
import type { Json } from '../domain/json.ts';
import type { Place } from '../domain/layout.ts';

/** Where a splitter goes on: behind the longest prefix of its chain whose messages are sent. Always a block's start. */
export interface Checkpoint {
  readonly place: Place;
  readonly cursor: Json;
  /** Children before `place`. */
  readonly count: number;
  /** The slice has its END, and is counted. */
  readonly ended: boolean;
}

/** A slice's chain of pages, and the leases that keep two splitters from doing the same work. */
export interface ChainStore {
  /** Puts a page if its place is empty; false where it isn't. */
  putPage(run: string, slice: number, place: Place, page: Page, ttl: number): Promise<boolean>;
  /** Consistent. */
  readPage(run: string, slice: number, place: Place): Promise<Page | null>;
  /**
   * Takes or renews the lease: null while another's runs; else the checkpoint, if there is one, and how often the lease was
   * taken, this time included, since the checkpoint last moved.
   */
  lease(
    run: string,
    slice: number,
    lease: { readonly owner: string; readonly now: number; readonly until: number; readonly ttl: number },
  ): Promise<{ readonly checkpoint: Checkpoint | null; readonly attempts: number } | null>;
  /** Gives the lease back; a splitter that failed of something else than its slice takes back its attempt with it. */
  release(run: string, slice: number, owner: string, attempt: 'counts' | 'does-not-count'): Promise<void>;
  /** May go back: what follows is sent again. Renews the lease until `until`. */
  checkpoint(
    run: string,
    slice: number,
    checkpoint: Checkpoint,
    lease: { owner: string; until: number },
  ): Promise<void>;
  /** Checkpoints of the given slices, for displays and the sweeper; null where a slice hasn't begun. */
  readCheckpoints(run: string, slices: readonly number[]): Promise<(Checkpoint | null)[]>;
}
