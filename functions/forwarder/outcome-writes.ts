import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { completeBlockIfFull } from '../../shared/flow/completion.ts';
import { writeOutcomes } from '../../shared/flow/outcomes.ts';
import { blockOf } from '../../shared/flow/work.ts';
import type { Deps } from '../../shared/ports/deps.ts';

/** Longest that outcomes wait for those of their block's other messages; what a crash can cost beyond the calls in flight. */
const LINGER_MS = 200;

/** Outcomes of one message, and whoever waits until they are stored. */
interface Waiting {
  readonly message: WorkMessage;
  readonly outcomes: readonly Outcome[];
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

interface Block {
  /** Messages of the batch that may still bring outcomes. */
  readonly open: Set<WorkMessage>;
  readonly waiting: Waiting[];
  writing: boolean;
  stopLingering: () => void;
}

/**
 * Stores a batch's outcomes as they come: page, then set, then the notification. What ends within a moment of each other
 * goes together, as a database commits in groups: a splitter sends a block's four messages side by side, so most are
 * stored in one page and one update instead of four. Nobody waits for what cannot come any more.
 */
export class OutcomeWrites {
  readonly #deps: Deps;
  readonly #blocks = new Map<string, Block>();

  constructor(deps: Deps, batch: readonly WorkMessage[]) {
    this.#deps = deps;
    for (const message of batch) this.#blockOf(message).open.add(message);
  }

  /** Resolves once the outcomes are stored, and the next level told where that fills the block. */
  store(message: WorkMessage, outcomes: readonly Outcome[]): Promise<void> {
    const block = this.#blockOf(message);
    const stored = new Promise<void>((stored, failed) => {
      block.waiting.push({ message, outcomes, stored, failed });
    });
    if (block.waiting.length === 1 && !block.writing) {
      block.stopLingering = this.#deps.clock.after(LINGER_MS, () => void this.#drain(block));
    }
    this.close(message);
    return stored;
  }

  /** No more comes of this message; may be said again. */
  close(message: WorkMessage): void {
    const block = this.#blockOf(message);
    block.open.delete(message);
    if (block.open.size === 0) void this.#drain(block);
  }

  async #drain(block: Block): Promise<void> {
    // What comes while a write is under way is taken by the next one.
    if (block.writing) return;
    block.writing = true;
    block.stopLingering();
    for (let group = block.waiting.splice(0); group.length > 0; group = block.waiting.splice(0)) {
      try {
        await this.#write(group);
        for (const { stored } of group) stored();
      } catch (error) {
        // Each of their messages comes back; what was written meanwhile is found then.
        for (const { failed } of group) failed(error);
      }
    }
    block.writing = false;
  }

  #blockOf({ run, at }: WorkMessage): Block {
    const key = `${run}/${at.join('.')}`;
    const known = this.#blocks.get(key);
    if (known) return known;
    const block: Block = { open: new Set(), waiting: [], writing: false, stopLingering: () => undefined };
    this.#blocks.set(key, block);
    return block;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    const { message } = first;
    const { run, ttl, size } = message;
    const ref = blockOf(message);
    const outcomes = group.flatMap((one) => one.outcomes);
    const done = outcomes.map(({ n }) => n);
    if (outcomes.length > 0) await writeOutcomes(this.#deps, run, ref, outcomes, ttl);
    const full = await this.#deps.stores.blocks.addDone(run, ref, done, ttl);
    await completeBlockIfFull(this.#deps, run, ref, full, size, ttl);
  }
}
