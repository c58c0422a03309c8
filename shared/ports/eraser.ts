import type { Completion } from '../domain/completion.ts';

/** Deletes what a run left. For people alone: no function may delete anything. */
export interface Eraser {
  /**
   * Deletes a run's items, that of the run itself last, so that a deletion that was cut off can be repeated.
   * @returns how many there were
   */
  eraseRecords(run: string, root: Completion): Promise<number>;
  /** Deletes all objects of a run. @returns how many there were */
  eraseObjects(run: string): Promise<number>;
  close(): void;
}
