import { blockSize, END, firstBehind, type ItemsPage, PageDraft, placeBehind } from '../../shared/domain/chain.ts';
import { SourceError } from '../../shared/domain/errors.ts';
import type { Json } from '../../shared/domain/json.ts';
import { FIRST_PLACE, type Place } from '../../shared/domain/layout.ts';
import { maySend, statusAt } from '../../shared/domain/run.ts';
import { countSlice } from '../../shared/flow/end-slice.ts';
import { firstMessages, isEnoughWaiting } from '../../shared/flow/work.ts';
import type { Checkpoint } from '../../shared/ports/chain-store.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { hold } from '../../shared/storage/spill.ts';
import type { SplitterDeps } from './deps.ts';
import { goOn, goOnLater } from './go-on.ts';
import { Outbox } from './outbox.ts';
import { PutAhead } from './put-ahead.ts';
import { checkCursor, readSource } from './read-source.ts';
import type { SplitResult, TooMany } from './split-result.ts';

/** Leases that a slice may take without getting on: its splitter died, or its source threw, each time. */
const ATTEMPTS = 5;
/** What is left of an invocation's time when a splitter stops and hands its slice on. */
const MARGIN_MS = 20_000;
/** Blocks whose messages are sent together before the checkpoint moves behind them; fewer where they are of many messages. */
const WINDOW_BLOCKS = 10;
const WINDOW_MESSAGES = 100;
/** A lease outlives this many milliseconds without a checkpoint. */
const LEASE_MS = 60_000;

/** Why a splitter stops at a block's start. */
type Halt = 'time-up' | 'stopped' | 'ahead';

/**
 * Enumerates one slice along its chain: adopts what is stored, puts what isn't, sends each block's messages once all its
 * pages are stored, and checkpoints behind what is sent. Two splitters on one slice write the same chain.
 */
export async function splitSlice(
  deps: SplitterDeps,
  run: RunRecord,
  slice: number,
  invocation: Invocation,
): Promise<SplitResult> {
  // Where runs share the queue fairly, a slice's first messages are sent whatever waits: the others' would else be all that can go first.
  if (!deps.pipeline.limits.fairRuns && (await isEnoughWaiting(deps))) {
    await goOnLater(deps, run.run, slice);
    return 'ahead';
  }
  const ranges = await deps.stores.runs.readPlan(run.run);
  const range = ranges?.[slice];
  if (range === undefined) throw new TypeError(`Run ${run.run} has no slice ${slice}.`);
  const splitter = new Splitter(deps, run, slice, range, invocation);
  return splitter.split();
}

class Splitter {
  readonly #deps: SplitterDeps;
  readonly #run: RunRecord;
  readonly #slice: number;
  readonly #range: Json;
  readonly #invocation: Invocation;
  /** The next empty place, as far as we know, and what leads to it. */
  #place: Place = FIRST_PLACE;
  #cursor: Json = null;
  /** Children before `#place`. */
  #count = 0;
  /** Stored pages of the block that isn't complete yet. */
  #pages: ItemsPage[] = [];
  readonly #outbox: Outbox;
  /** Complete blocks since the checkpoint, and their messages. */
  #blocks = 0;
  #messages = 0;
  #isFirstWindow = true;
  /** The run was cancelled or paused meanwhile, or its deadline came. */
  #stopped = false;
  /** Enough waits to be called, at the last checkpoint. */
  #isAhead = false;

  constructor(deps: SplitterDeps, run: RunRecord, slice: number, range: Json, invocation: Invocation) {
    this.#deps = deps;
    this.#run = run;
    this.#slice = slice;
    this.#range = range;
    this.#invocation = invocation;
    this.#outbox = new Outbox(deps);
  }

  async split(): Promise<SplitResult> {
    const { chains } = this.#deps.stores;
    const now = this.#deps.clock.now();
    const leased = await chains.lease(this.#run.run, this.#slice, {
      owner: this.#invocation.id,
      now,
      until: now + LEASE_MS,
      ttl: this.#run.ttl,
    });
    if (!leased) return 'leased';
    if (leased.checkpoint) this.#resume(leased.checkpoint);
    if (leased.checkpoint?.ended) return 'ended';
    if (leased.attempts > ATTEMPTS) return { failed: null };
    let attempt: 'counts' | 'does-not-count' = 'does-not-count';
    let result: SplitResult | undefined;
    try {
      const isBegun = leased.checkpoint !== null;
      const waits = this.#deps.pipeline.limits.fairRuns && isBegun && (await isEnoughWaiting(this.#deps));
      result = waits ? 'ahead' : await this.#walk();
    } catch (error) {
      // A store that is down says nothing about the slice. A splitter that dies here cannot return its attempt, so that counts too.
      if (!(error instanceof SourceError)) throw error;
      attempt = 'counts';
      if (!error.isFinal && leased.attempts < ATTEMPTS) throw error;
      return { failed: error };
    } finally {
      await this.#outbox.settled();
      // So that the next splitter need not wait until the lease runs out. Best effort: it runs out.
      if (result !== 'ended') {
        await chains.release(this.#run.run, this.#slice, this.#invocation.id, attempt).catch(() => undefined);
      }
    }
    if (result === 'continued') await goOn(this.#deps, this.#run.run, this.#slice);
    if (result === 'ahead') await goOnLater(this.#deps, this.#run.run, this.#slice);
    return result;
  }

  #resume({ place, cursor, count }: Checkpoint): void {
    this.#place = place;
    this.#cursor = cursor;
    this.#count = count;
  }

  async #walk(): Promise<SplitResult> {
    for (;;) {
      const tail = await this.#adopt();
      const result = tail === 'open' ? await this.#enumerate() : tail;
      if (result === 'end') {
        await this.#end();
        return 'ended';
      }
      if (result === 'time-up') {
        await this.#checkpoint();
        return 'continued';
      }
      if (result === 'canary') {
        await this.#checkpoint();
        return 'canary';
      }
      // Ahead: it stands at the checkpoint that found it so.
      if (result === 'stopped' || result === 'ahead' || typeof result === 'object') return result;
      // 'taken': another splitter's page stands where ours should: adopt it, and go on behind it.
    }
  }

  /** Goes along the stored chain to its first empty place. */
  async #adopt(): Promise<'end' | 'open' | Halt> {
    for (;;) {
      const page = await this.#deps.stores.chains.readPage(this.#run.run, this.#slice, this.#place);
      if (!page) return 'open';
      if (page.kind === 'end') return 'end';
      await this.#take(page);
      const halt = this.#halt();
      if (halt) return halt;
    }
  }

  /** Puts pages from the source until it ends, time is up, or another's page is met. */
  async #enumerate(): Promise<'end' | 'taken' | 'canary' | TooMany | Halt> {
    const limit = this.#run.limit ?? Number.POSITIVE_INFINITY;
    const canary = canaryOf(this.#run, this.#slice);
    // Within a block no checkpoint can stand; the splitter that put its pages knows that the canary has passed, and goes on.
    if (this.#count >= canary) return this.#pages.length > 0 ? 'stopped' : 'canary';
    let taken = this.#count;
    const pages = new PutAhead((page) => this.#put(page));
    try {
      let draft = new PageDraft(blockSize(this.#pages));
      if (taken < limit) {
        const from = { range: this.#range, cursor: this.#cursor, count: this.#count };
        for await (const read of readSource(this.#deps, this.#run, this.#slice, from)) {
          if (pages.halted) return pages.halted;
          // A redrive's children are rows of a report: it was let through before.
          if (taken >= this.#deps.pipeline.limits.maxChildren && !this.#run.redrive) return { tooMany: taken + 1 };
          const { held, bytes } = 'held' in read ? read : await this.#hold(read.large);
          if (!draft.fits(bytes)) {
            const page = draft.page(draft.fillsBlock);
            const begun = await pages.begin(page);
            if (begun !== 'put') return begun;
            draft = new PageDraft(firstBehind(page));
          }
          draft.add(held, bytes, read.cursor);
          taken++;
          // Out of time, a block is as long as it got: a slow source would else begin it anew in each invocation.
          if (draft.fillsBlock || taken >= canary || this.#isTimeUp()) {
            const begun = await pages.begin(draft.page(true));
            if (begun !== 'put') return begun;
            draft = new PageDraft(0);
            // A source may keep its next item back for longer than there is time.
            const put = taken >= canary || this.#isTimeUp() ? await pages.ended() : 'put';
            if (put !== 'put') return put;
          }
          if (taken >= limit) break;
          if (taken >= canary) return 'canary';
        }
      }
      if (!draft.isEmpty) {
        const begun = await pages.begin(draft.page(true));
        if (begun !== 'put') return begun;
      }
      const put = await pages.ended();
      if (put !== 'put') return put;
    } finally {
      await pages.settled();
    }
    return (await this.#putEnd()) ? 'end' : 'taken';
  }

  #hold(text: string) {
    return hold(this.#deps.objects, () => `${this.#run.run}/items/${this.#deps.random.id()}.json`, text);
  }

  async #put(page: ItemsPage): Promise<'put' | 'taken' | Halt> {
    const { chains } = this.#deps.stores;
    checkCursor(this.#slice, page.cursor);
    if (!(await chains.putPage(this.#run.run, this.#slice, this.#place, page, this.#run.ttl))) return 'taken';
    await this.#take(page);
    return this.#halt() ?? 'put';
  }

  /** Why to stop, at a block's start alone: elsewhere no checkpoint can stand. */
  #halt(): Halt | null {
    if (this.#pages.length > 0) return null;
    if (this.#stopped) return 'stopped';
    if (this.#isAhead) return 'ahead';
    return this.#isTimeUp() ? 'time-up' : null;
  }

  #isTimeUp(): boolean {
    return this.#deps.clock.now() > this.#invocation.deadline - MARGIN_MS;
  }

  /** A stored page is ours now: behind it the chain goes on, and a block it completes is sent. */
  async #take(page: ItemsPage): Promise<void> {
    const { segment, block } = this.#place;
    this.#pages.push(page);
    this.#place = placeBehind(this.#place, page);
    this.#cursor = page.cursor;
    this.#count += page.items.length;
    if (!page.endsBlock) return;
    this.#send(segment, block);
    // The first block goes out by itself, so that calls begin while the source is still being read.
    const isWindow = ++this.#blocks >= WINDOW_BLOCKS || this.#messages >= WINDOW_MESSAGES;
    if (isWindow || this.#isFirstWindow) await this.#checkpoint();
  }

  /** Sends the messages of a block whose pages are all stored. */
  #send(segment: number, block: number): void {
    const messages = firstMessages(this.#deps, this.#run, { slice: this.#slice, segment, block }, this.#pages);
    this.#outbox.add(messages);
    this.#messages += messages.length;
    this.#pages = [];
  }

  /** Moves the checkpoint behind all that is sent. Only ever called at a block's start. */
  async #checkpoint(ended = false): Promise<void> {
    await this.#outbox.sent();
    this.#blocks = 0;
    this.#messages = 0;
    this.#isFirstWindow = false;
    const to = { place: this.#place, cursor: this.#cursor, count: this.#count, ended };
    await this.#deps.stores.chains.checkpoint(this.#run.run, this.#slice, to, {
      owner: this.#invocation.id,
      until: this.#deps.clock.now() + LEASE_MS,
    });
    if (ended) return;
    const [run, isAhead] = await Promise.all([this.#deps.stores.runs.read(this.#run.run), isEnoughWaiting(this.#deps)]);
    this.#isAhead = isAhead;
    this.#stopped = run === null || !maySend(statusAt(run, this.#deps.clock.now()));
  }

  async #putEnd(): Promise<boolean> {
    return this.#deps.stores.chains.putPage(this.#run.run, this.#slice, this.#place, END, this.#run.ttl);
  }

  /** END stands at `#place`: the last segment's size, the slice's count, then the checkpoint that says so. */
  async #end(): Promise<void> {
    // END may stand within a block: the source said less than when the block was begun. What is stored is part of the run.
    if (this.#pages.length > 0) this.#send(this.#place.segment, this.#place.block);
    await this.#outbox.sent();
    await countSlice(this.#deps, this.#run, this.#slice, this.#place);
    await this.#checkpoint(true);
  }
}

/** Children a slice may enumerate before the canary has been judged: the first one's first, and none of the others'. */
function canaryOf({ canary, flags }: RunRecord, slice: number): number {
  if (canary === undefined || flags.includes('canary-passed')) return Number.POSITIVE_INFINITY;
  return slice === 0 ? canary : 0;
}
