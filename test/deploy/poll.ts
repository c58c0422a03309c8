import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  /** How long to wait at most. */
  readonly seconds: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks until there is an answer. Something outside this process can't be awaited in another way.
 * @param ask gives undefined while there is nothing; what it throws is kept for the message
 * @throws {Error} naming what didn't come, in how many seconds, and the last thing thrown
 */
export async function poll<T>(what: string, ask: () => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const until = Date.now() + options.seconds * 1_000;
  let last: unknown;
  do {
    options.signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(options.everyMs ?? 250, undefined, options.signal ? { signal: options.signal } : {});
  } while (Date.now() < until);
  const said = last === undefined ? '' : ` Last error: ${last instanceof Error ? last.message : String(last)}`;
  throw new Error(`Waited ${options.seconds} s for ${what}, which didn't come.${said}`);
}
