import type { RunBlock } from '../../shared/domain/layout.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { commit } from '../../shared/flow/commit.ts';
import type { FlowDeps } from '../../shared/ports/deps.ts';

/** Longest that outcomes wait for those of their block's other messages; what a crash can cost beyond the calls in flight. */
const LINGER_MS = 200;

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
}

/**
 * Commits a batch's outcomes as they come. Messages of one block that end within a moment of each other are committed together: a
 * splitter sends a block's four messages side by side, so most are stored in one page and one update instead of four. No message
 * waits for another that can bring nothing any more.
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

  /** This message brings no more outcomes. Repeating it changes nothing. */
  close(message: WorkMessage): void {
    const group = this.#groupOf(message);
    group.open.delete(message);
    if (group.open.size === 0) void this.#drain(group);
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
    const group: Group = { block, open: new Set(), waiting: [], writing: false, stopLingering: () => undefined };
    this.#groups.set(key, group);
    return group;
  }
}
