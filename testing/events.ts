import type { Events, RunEnded } from '../shared/ports/events.ts';

/** Keeps events instead of publishing them. */
export class MemoryEvents implements Events {
  readonly ended: RunEnded[] = [];

  async runEnded(event: RunEnded): Promise<void> {
    this.ended.push({ ...event });
  }
}
