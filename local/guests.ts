import type { ServerResponse } from 'node:http';
import * as z from 'zod';

/** What a host says to a terminal that joined, a line each. */
export const wordToGuest = z.union([
  /** `fresh`: nobody worked on the pipeline before it was asked for. */
  z.object({ joined: z.object({ fresh: z.boolean() }) }),
  /** Why: it is about to end, so that the state folder is soon free; it was asked wrongly; or something failed. */
  z.object({ refused: z.string(), why: z.enum(['ending', 'asked', 'failed']) }),
  /** What the pipeline's functions log as an error. */
  z.object({ error: z.string(), fields: z.record(z.string(), z.unknown()).optional() }),
  /** What the pipeline's work ended with. */
  z.object({ broken: z.string() }),
]);
export type WordToGuest = z.infer<typeof wordToGuest>;

/**
 * Terminals that follow their runs in a host of another terminal. Each holds a connection open; it closes with the terminal, however
 * that ends.
 */
export class Guests {
  readonly #connections = new Map<ServerResponse, string>();
  #left = () => {};

  get count(): number {
    return this.#connections.size;
  }

  /** Names of the pipelines that they follow. */
  get pipelines(): readonly string[] {
    return [...new Set(this.#connections.values())].sort();
  }

  admit(pipeline: string, connection: ServerResponse): void {
    // Left while it was waiting to be heard: its end isn't told again.
    if (connection.destroyed) return;
    this.#connections.set(connection, pipeline);
    connection.on('close', () => {
      this.#connections.delete(connection);
      if (this.count === 0) this.#left();
    });
  }

  /** Says something to all who follow a pipeline. */
  tell(pipeline: string, word: WordToGuest): void {
    for (const [connection, follows] of this.#connections) if (follows === pipeline) say(connection, word);
  }

  /** Resolves once nobody is left; one may come again. */
  async gone(): Promise<void> {
    while (this.count > 0) {
      await new Promise<void>((resolve) => {
        this.#left = resolve;
      });
    }
  }
}

/** Says something to one of them. */
export function say(connection: ServerResponse, word: WordToGuest): void {
  connection.write(`${JSON.stringify(word)}\n`);
}
