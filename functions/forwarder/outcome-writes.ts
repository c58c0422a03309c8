import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { Deps } from '../../shared/flow/deps.ts';
import { writeOutcomes } from '../../shared/flow/outcomes.ts';
import { tellIfBlockFull } from '../../shared/flow/tell.ts';
import { blockOf } from '../../shared/flow/work.ts';

/** Outcomes that wait for the write before theirs, and whoever waits for them. */
interface Waiting {
  readonly message: WorkMessage;
  readonly outcomes: readonly Outcome[];
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Stores a batch's outcomes as they come: page, then set, then the notification. What ends while its block is being written
 * goes together into the next write of that block, as a database commits in groups: nobody waits for more than one write,
 * and four messages of a block take two writes or three instead of four.
 */
export class OutcomeWrites {
  readonly #deps: Deps;
  readonly #queues = new Map<string, Waiting[]>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  store(message: WorkMessage, outcomes: readonly Outcome[]): Promise<void> {
    const key = `${message.run}/${message.at.join('.')}`;
    return new Promise((stored, failed) => {
      const one = { message, outcomes, stored, failed };
      const queue = this.#queues.get(key);
      if (queue) queue.push(one);
      else {
        this.#queues.set(key, [one]);
        void this.#drain(key);
      }
    });
  }

  async #drain(key: string): Promise<void> {
    for (let group = this.#take(key); group.length > 0; group = this.#take(key)) {
      try {
        await this.#write(group);
        for (const { stored } of group) stored();
      } catch (error) {
        // Each of their messages comes back; what was written meanwhile is found then.
        for (const { failed } of group) failed(error);
      }
    }
    this.#queues.delete(key);
  }

  #take(key: string): Waiting[] {
    return this.#queues.get(key)?.splice(0) ?? [];
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
    await tellIfBlockFull(this.#deps, run, ref, full, size, ttl);
  }
}
