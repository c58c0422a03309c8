import type { LineBreaks } from './line-range.ts';

/** A record as a format found it. */
export type Found<V> = {
  /** The byte of the file behind it; null where nothing tells. */
  readonly end: number | null;
  /** The line it begins in, counted from 1; null where the whole file is the record. */
  readonly line: number | null;
  /** Lines of the file up to its end. */
  readonly lines: number;
} & ({ readonly value: V } | { readonly problem: string });

/** Where in a file a reading begins: behind so many bytes and lines. */
export interface Start {
  readonly byte: number;
  readonly lines: number;
}

/**
 * Cuts bytes into records, in order. Holds no more than one record and a chunk. Throws an UnreadableError where nothing tells how the file goes
 * on.
 */
export interface RecordReader<V> {
  /** The records that these bytes end. */
  feed(chunk: Uint8Array): Promise<readonly Found<V>[]>;
  /** The record that the file's end ends. */
  end(): Promise<readonly Found<V>[]>;
}

/** How a file is cut into records. */
export interface Format<V> {
  /** A label of the Encoding Standard; UTF-8 where absent. */
  readonly encoding?: string | undefined;
  /** The line breaks that always end a record: such a file is cut by lines, and read in parallel. Absent where none always does. */
  readonly endedBy?: LineBreaks | undefined;
  /**
   * @param begin reads the file from its beginning, for what stands there alone, such as names of columns
   * @param start of what will be fed
   */
  open(begin: () => AsyncIterable<Uint8Array>, start: Start): Promise<RecordReader<V>>;
}

/** Nothing tells how a file goes on behind what a line holds. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  readonly line: number;
  readonly what: string;

  /** @param what goes on with the sentence that names the line, and quotes no value */
  constructor(line: number, what: string) {
    super(`Line ${line} ${what}.`);
    this.line = line;
    this.what = what;
  }
}

/** What bytes that are no UTF-8 read as. */
export const REPLACED = '\uFFFD';

export const NOT_UTF8 = 'holds bytes that are not UTF-8 (or U+FFFD); name its encoding, such as "windows-1252"';
