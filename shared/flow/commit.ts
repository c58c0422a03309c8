import type { RunBlock } from '../domain/layout.ts';
import { SIZES } from '../domain/limits.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ChildStatus } from '../domain/row.ts';
import { type BlockState, callsOf, type Mark, type Register } from '../domain/sending.ts';
import type { Waiting } from '../domain/waiting.ts';
import type { BlockStore } from '../ports/block-store.ts';
import type { CommitDeps } from '../ports/deps.ts';
import { completeBlockIfFull } from './completion.ts';

/** What the write of a block's set changes of one slot's register beside it. */
export type RegisterChange =
  /** Register := `raise`, whose turn is one higher, unless another writer has raised the turn meanwhile, or other children wait than as read. */
  | { readonly slot: number; readonly raise: Register; readonly waiting?: Waiting | undefined }
  /** The mark is cleared if it is this one. */
  | { readonly slot: number; readonly endMark: Mark };

export interface Committed {
  /** The block's set after the write. */
  readonly done: ReadonlySet<number>;
  /** The register was raised as asked, so the slot's next message is the caller's to send. */
  readonly raised: boolean;
  /** After a write that could have raised it. */
  readonly register?: Register;
  /** The block is full, and its completion is written. */
  readonly full: boolean;
}

/**
 * Ends children of a block. This is the only way to do so: outcome page, then the block's set, then the block's completion where
 * it is full. The caller deletes its message after this resolves, never before: a message that comes back finds its children done
 * and completes the block again.
 */
export async function commit(
  deps: CommitDeps,
  block: RunBlock,
  outcomes: readonly Outcome[],
  change?: RegisterChange,
): Promise<Committed> {
  await writePages(deps, block, outcomes);
  const done = outcomes.map(({ n }) => n);
  const written = await writeSet(deps.stores.blocks, block, done, change);
  return { ...written, full: await completeBlockIfFull(deps, block, written.done) };
}

/**
 * Ends children without a call. A real outcome of the same child wins over this one.
 * @param state the block as read, which knows of the calls made before
 */
export async function giveUp(
  deps: CommitDeps,
  block: RunBlock,
  state: BlockState,
  children: readonly number[],
  why: { readonly status: Exclude<ChildStatus, 'SUCCEEDED'>; readonly reason: string },
): Promise<void> {
  const outcomes = children.map((n) => ({ n, ...why, result: null, attempts: callsOf(state, n), ms: 0 }));
  await commit(deps, block, outcomes);
}

/** Writes as many pages as the outcomes' size asks for: one, unless results are large. */
async function writePages(
  { stores, clock, random }: Pick<CommitDeps, 'stores' | 'clock' | 'random'>,
  { run, ref, ttl }: RunBlock,
  outcomes: readonly Outcome[],
): Promise<void> {
  const at = clock.now();
  await Promise.all(
    pagesOf(outcomes).map((page) => stores.blocks.putOutcomes(run, ref, { id: random.id(), at, outcomes: page }, ttl)),
  );
}

async function writeSet(
  blocks: BlockStore,
  { run, ref, ttl }: RunBlock,
  done: readonly number[],
  change: RegisterChange | undefined,
): Promise<Omit<Committed, 'full'>> {
  if (change === undefined) return { done: await blocks.addDone(run, ref, done, ttl), raised: false };
  const { slot } = change;
  if ('raise' in change)
    return blocks.addDoneAndRaise(run, ref, { slot, done, waiting: change.waiting, next: change.raise, ttl });
  return { done: await blocks.endMark(run, ref, { slot, mark: change.endMark, done, ttl }), raised: false };
}

function pagesOf(outcomes: readonly Outcome[]): Outcome[][] {
  const pages: Outcome[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const outcome of outcomes) {
    const size = sizeOf(outcome);
    if (bytes + size > SIZES.pageBytes) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(outcome);
    bytes += size;
  }
  return pages;
}

/** An estimate: a result is at most `inlineBytes` of JSON, so a page passes its limit by no more than one of them. */
function sizeOf({ result, reason }: Outcome): number {
  return 40 + (reason?.length ?? 0) + (result === null ? 4 : Buffer.byteLength(JSON.stringify(result)));
}
