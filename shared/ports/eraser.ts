import type { Completion } from '../domain/completion.ts';
import type { Wanted } from '../domain/mentions.ts';

/** Deletes what runs left. For people alone: no function may delete anything. */
export interface Eraser {
  /**
   * Deletes a run's items, so that a deletion that was cut off can be repeated: last, the record of the run itself gives way to one that says that it was
   * purged.
   * @param ttl until when that is kept: epoch seconds
   * @returns how many there were
   */
  eraseRecords(run: string, root: Completion, ttl: number): Promise<number>;
  /** Deletes all objects of a run, and the copies of its report. @returns how many there were of its own */
  eraseObjects(run: string): Promise<number>;
  /**
   * Places of files and items that runs were handed over, and that are still kept: all of the pipeline's own, which may have any format, and of those
   * that pipelines share the ones that mention one of the texts.
   */
  handedOver(wanted: Wanted): Promise<readonly string[]>;
  eraseHandedOver(places: readonly string[]): Promise<void>;
  /** Deletes large results of tasks, by their keys. */
  eraseTaskResults(keys: readonly string[]): Promise<void>;
  /** Deletes records of refused messages. */
  eraseRefusals(messageIds: readonly string[]): Promise<void>;
  close(): void;
}
