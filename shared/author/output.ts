import type { Row } from '../domain/row.ts';

/**
 * What a run leaves beside its report: a file of its rows, or one for each value of what they are partitioned by. The rows are the report's,
 * in its order; a redrive's output is whole, as its report is.
 */
export interface Output<I = unknown, R = unknown> {
  /** Of its files, such as `jsonl`; `.gz` is added where they are compressed. */
  readonly extension: string;
  readonly contentType: string;
  /** Compresses the whole file. Default no. */
  readonly gzip?: boolean | undefined;
  /** Which rows it takes. Default `succeeded`. */
  readonly rows?: 'succeeded' | 'all' | undefined;
  /** What names a row's folder, such as `country=AU`: a level for each. */
  readonly partitionBy?: readonly { readonly name: string; of(row: Row<I, R>): unknown }[] | undefined;
  /** Files on S3 that take the place of what `add` would write of a row. Not with `partitionBy`. */
  readonly includes?: IncludedFiles<I, R> | undefined;
  /** Begins a file. */
  open(): OutputFile<I, R> | Promise<OutputFile<I, R>>;
}

/** Files that a service has put on S3: an answer says where, and the file's content never passes through a queue or a page. */
export interface IncludedFiles<I = unknown, R = unknown> {
  /** `s3://bucket/prefix/`: only what lies below is read, and the aggregator gets the right to read it. */
  readonly below: string;
  /** Where a row's file is; null where it has none. */
  placeOf(row: Row<I, R>): string | null;
  /** Stands behind each file that doesn't end in it. */
  readonly separator: string;
  /** Set by whoever runs the pipeline. */
  readonly read?: ((place: string) => AsyncIterable<Uint8Array>) | undefined;
}

/** A file in the making. */
export interface OutputFile<I = unknown, R = unknown> {
  /** Takes a row: a user's code reads it. */
  add(row: Row<I, R>): void;
  /** Bytes that it holds, about. */
  readonly held: number;
  /** What it holds, encoded; it is asked for whenever that is a few megabytes. */
  take(): Uint8Array;
  /** The end of the file, with what it holds. */
  end(): Uint8Array;
}
