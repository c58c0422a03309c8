import type { RunBlock } from '../../shared/domain/layout.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { commit } from '../../shared/flow/commit.ts';
import type { FlowDeps } from '../../shared/ports/deps.ts';

/** Longest that outcomes wait for those of their block's other messages; what a crash can cost beyond the calls in flight. */
const LINGER_MS = 200;
/** Longest that an outcome waits for the other children of its message. A run that is closed waits for it: shared/flow/close.ts. */
const HOLD_MS = 2_000;

/** Children of a message that have ended while others of it are still called. */
export interface Answered {
  /** Outcomes that are not stored yet. */
  take(): Promise<readonly Outcome[]>;
  /** These are committed now. */
  stored(outcomes: readonly Outcome[]): void;
}

/** Outcomes of one message, and what settles its promise. */
interface Waiting {
  readonly outcomes: readonly Outcome[];
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

interface Group {
  readonly block: RunBlock;
  /** Messages of the batch that may still bring outcomes. */
  readonly open: Set<WorkMessage>;
  readonly waiting: Waiting[];
  writing: boolean;
  stopLingering: () => void;
  /** Messages with outcomes that wait for their other children. */
  readonly answered: Map<WorkMessage, Answered>;
  stopHolding: (() => void) | null;
  /** Resolves once no outcome of these is being written. */
  storing: Promise<void>;
}

/**
 * Commits a batch's outcomes as they come. Messages of one block that end within a moment of each other are committed together: a
 * splitter sends a block's four messages side by side, so most are stored in one page and one update instead of four. No message
 * waits for another that can bring nothing any more.
 *
 * A slow service's children don't wait for the last of their message: what a block's messages have so far is stored two seconds after
 * its first answer. A message that takes less costs no write more.
 */
export class GroupCommits {
  readonly #deps: FlowDeps<'aggregate'>;
  readonly #groups = new Map<string, Group>();

  constructor(deps: FlowDeps<'aggregate'>, batch: readonly WorkMessage[]) {
    this.#deps = deps;
    for (const message of batch) this.#groupOf(message).open.add(message);
  }

  /** Resolves once the outcomes are committed: only then may the message be deleted. */
  commit(message: WorkMessage, outcomes: readonly Outcome[]): Promise<void> {
    const group = this.#groupOf(message);
    const result = new Promise<void>((committed, failed) => {
      group.waiting.push({ outcomes, committed, failed });
    });
    if (group.waiting.length === 1 && !group.writing) {
      group.stopLingering = this.#deps.clock.after(LINGER_MS, () => void this.#drain(group));
    }
    this.close(message);
    return result;
  }

  /** Says that a child of the message has ended while others are still called: it is stored within two seconds. */
  hold(message: WorkMessage, answered: Answered): void {
    const group = this.#groupOf(message);
    group.answered.set(message, answered);
    group.stopHolding ??= this.#deps.clock.after(HOLD_MS, () => this.#storeHeld(group));
  }

  /** Stores what has ended of the message so far, without the wait. */
  storeHeld(message: WorkMessage): void {
    this.#storeHeld(this.#groupOf(message));
  }

  /** The message's last child has ended: resolves once nothing of it is being stored, so that what is left can be committed. */
  async release(message: WorkMessage): Promise<void> {
    const group = this.#groupOf(message);
    group.answered.delete(message);
    if (group.answered.size === 0) stopHolding(group);
    await group.storing;
  }

  /** This message brings no more outcomes. Repeating it changes nothing. */
  close(message: WorkMessage): void {
    const group = this.#groupOf(message);
    group.open.delete(message);
    if (group.open.size === 0) void this.#drain(group);
  }

  #storeHeld(group: Group): void {
    stopHolding(group);
    if (group.answered.size === 0) return;
    const held = [...group.answered.values()];
    group.answered.clear();
    group.storing = group.storing.then(() => this.#store(group.block, held));
  }

  async #store(block: RunBlock, held: readonly Answered[]): Promise<void> {
    try {
      const taken = await Promise.all(held.map(async (answered) => ({ answered, outcomes: await answered.take() })));
      const outcomes = taken.flatMap((one) => one.outcomes);
      if (outcomes.length === 0) return;
      await commit(this.#deps, block, outcomes);
      for (const one of taken) one.answered.stored(one.outcomes);
    } catch (error) {
      // They are written again with the rest of their messages, which come back where that fails too.
      this.#deps.log.warn('Outcomes could not be stored before the rest of their messages.', { error: String(error) });
    }
  }

  async #drain(group: Group): Promise<void> {
    // What comes while a write is under way is taken by the next one.
    if (group.writing) return;
    group.writing = true;
    group.stopLingering();
    for (let taken = group.waiting.splice(0); taken.length > 0; taken = group.waiting.splice(0)) {
      const outcomes = taken.flatMap((one) => one.outcomes);
      try {
        await commit(this.#deps, group.block, outcomes);
        for (const { committed } of taken) committed();
      } catch (error) {
        // Each of their messages comes back; what was written meanwhile is found then.
        for (const { failed } of taken) failed(error);
      }
    }
    group.writing = false;
  }

  #groupOf(message: WorkMessage): Group {
    const block = blockOf(message);
    const { slice, segment, block: number } = block.ref;
    const key = `${block.run}/${slice}.${segment}.${number}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = {
      ...{ block, open: new Set(), waiting: [], writing: false, stopLingering: () => undefined },
      ...{ answered: new Map(), stopHolding: null, storing: Promise.resolve() },
    };
    this.#groups.set(key, group);
    return group;
  }
}

function stopHolding(group: Group): void {
  group.stopHolding?.();
  group.stopHolding = null;
}
