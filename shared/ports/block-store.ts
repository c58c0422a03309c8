import type { ItemsPage } from '../domain/chain.ts';
import type { BlockRef } from '../domain/layout.ts';
import type { OutcomePage } from '../domain/outcome.ts';
import type { BlockState, Mark, Register } from '../domain/sending.ts';
import type { Waiting } from '../domain/waiting.ts';

/** A block's set of finished children, its slots' registers and its pages. Reads are consistent. */
export interface BlockStore {
  read(run: string, block: BlockRef): Promise<BlockState>;
  /** Everything a block holds, in one read of its partition. */
  readAll(run: string, block: BlockRef): Promise<BlockContent>;

  /** Adds a page of outcomes. Its id is unique to this write. */
  putOutcomes(run: string, block: BlockRef, page: OutcomePage, ttl: number): Promise<void>;
  /** The same, once: false where a page of its id is there, which stays. */
  putOutcomesOnce(run: string, block: BlockRef, page: OutcomePage, ttl: number): Promise<boolean>;
  /** Whether a page of this id is there. */
  hasOutcomes(run: string, block: BlockRef, id: string): Promise<boolean>;
  /** `done ∪=`; creates the block where absent. The set after the write comes back. */
  addDone(run: string, block: BlockRef, done: readonly number[], ttl: number): Promise<ReadonlySet<number>>;
  /**
   * `done ∪=` and the slot's register := `next` (whose turn is one higher), if the slot's turn is still one lower than
   * `next`'s, and the same children wait until the same times as were read. Where that isn't so, `done` grows all the same and `raised` is
   * false: another delivery has sent the slot again, or a callback came in meanwhile. The set and the register after the write come back.
   */
  addDoneAndRaise(
    run: string,
    block: BlockRef,
    write: {
      readonly slot: number;
      readonly done: readonly number[];
      /** As read; absent for none. */
      readonly waiting?: Waiting | undefined;
      readonly next: Register;
      readonly ttl: number;
    },
  ): Promise<{ readonly raised: boolean; readonly done: ReadonlySet<number>; readonly register: Register }>;
  /**
   * `done ∪= n`, if `n` isn't in it, and if the slot's register is as read where one is given; the set after the write. Null where it was not
   * so, which may also be as an earlier try of the same request has done it.
   */
  addMissing(
    run: string,
    block: BlockRef,
    write: {
      readonly n: number;
      readonly asRead?: { readonly slot: number; readonly register: Register };
      readonly ttl: number;
    },
  ): Promise<ReadonlySet<number> | null>;
  /** Register := `next`, if it is as read; false where it isn't. */
  replaceRegister(
    run: string,
    block: BlockRef,
    write: { readonly slot: number; readonly read: Register; readonly next: Register; readonly ttl: number },
  ): Promise<boolean>;
  /** `done ∪=`, and the mark cleared if it is this one, whatever the turn. */
  endMark(
    run: string,
    block: BlockRef,
    write: { readonly slot: number; readonly mark: Mark; readonly done: readonly number[]; readonly ttl: number },
  ): Promise<ReadonlySet<number>>;
}

export interface BlockContent {
  readonly state: BlockState;
  /** The chain's pages in this block, in order; an END behind them isn't one. */
  readonly pages: readonly ItemsPage[];
  readonly outcomes: readonly OutcomePage[];
}
