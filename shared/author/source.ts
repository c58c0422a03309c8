import type { Json } from '../domain/json.ts';
import type { Endpoint } from './endpoint.ts';

/** What a source is asked with: the run's typed parameters and how many items are wanted at most. */
export interface SourceContext<P> {
  readonly params: P;
  /** First n items only; undefined means all. A run ends after exactly so many, whatever the source gives: this is to read less. */
  readonly limit: number | undefined;
  /** The place of a file that was handed over at the start of the run. */
  readonly file?: string | undefined;
  /** The place of JSON Lines that are the run's items, in place of the source's. */
  readonly items?: string | undefined;
}

/**
 * An item and the position behind it: reading again from `cursor` yields what follows. Both are JSON as they are: undefined, NaN or an
 * instance of a class is an error of the source, as it would reach the rest of the run as something else.
 */
export interface SourcedItem<I> {
  readonly item: I;
  readonly cursor: Json;
}

/** What stands in an item's place where it can't be read: a child that fails without a call, as `bad-record`. */
export interface SourcedProblem {
  /** What is wrong, and where; no value of the record, as logs and mails may show it. */
  readonly problem: string;
  readonly cursor: Json;
}

/**
 * Where a pipeline's items come from. `plan` cuts the source into at most 1,000 different ranges that are enumerated in parallel;
 * without it there is one. `read` yields a range's items in order, from behind `cursor` (null: from the start). `count` says how many items
 * the ranges of a plan hold, where that is known without reading them: a run of too many is then refused at its start.
 */
export interface Source<I, P = unknown> {
  plan?(context: SourceContext<P>): Promise<readonly Json[]>;
  count?(ranges: readonly Json[]): number;
  /**
   * Chooses ranges, which `read` takes, that stand for all of a plan: a dry run then reads no more. Null where it is to read all.
   */
  sample?(context: SourceContext<P> & { ranges: readonly Json[] }): SourceSample | null;
  read(context: SourceContext<P> & { range: Json; cursor: Json }): AsyncIterable<SourcedItem<I> | SourcedProblem>;
  /** What it reads: paths beside the pipeline, which a deployment brings along, and `s3://bucket/key` or all below `s3://bucket/prefix/`, which it may read there. */
  readonly reads?: readonly string[];
  /** What else it reads. A deployment grants exactly that to whoever reads the source. */
  readonly needs?: SourceNeeds;
  /** Whether a run may be started with a file, which is read instead. */
  readonly takesFile?: boolean;
  /** The same source, reading through these files. Without it, it reads none. */
  over?(files: SourceFiles): Source<I, P>;
}

/** What stands for all that a source would read. */
export interface SourceSample {
  /** Of about equal size, so that what they differ in says how far to trust them. */
  readonly parts: readonly Json[];
  /** How much of the whole they are. */
  readonly share: number;
  /** Whether they lie all over the whole, and not at the beginning of what can't be read from within. */
  readonly isSpread: boolean;
}

/** What a source reads that is no file. */
export interface SourceNeeds {
  /** The pipeline's endpoint: lists may be the service's own. */
  readonly endpoint?: true;
  /** Secrets by name. */
  readonly secrets?: readonly string[];
  /** Tables of DynamoDB by name, which are scanned. */
  readonly tables?: readonly string[];
  /** Prefixes on S3 whose objects are listed, and not read. */
  readonly lists?: readonly string[];
}

/** A file as it was when a run was planned. */
export interface PinnedFile {
  /** A path beside the pipeline, `s3://bucket/key`, or what handed a file over. */
  readonly place: string;
  /** Changes with the content. */
  readonly version: string;
  /** As it is stored, so of a compressed file compressed. */
  readonly bytes: number;
  readonly compressed: 'gzip' | 'zstd' | null;
}

/** An object below a prefix. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
}

/** The files that sources read, wherever they are. A declaration knows no file system and no AWS. */
export interface SourceFiles {
  /**
   * Pins what is there now.
   * @throws {SourceDataError} where there is no such file, or it may not be read: a {@link SourceMissingError} where it is known to be missing
   */
  look(place: string): Promise<PinnedFile>;
  /**
   * The content, decompressed, from a byte of it on, up to its end or, not including, another byte.
   * @throws {SourceChangedError} where it isn't what was pinned any more
   * @throws {SourceDataError} where it can't be decompressed
   */
  read(file: PinnedFile, from: number, to?: number): AsyncIterable<Uint8Array>;
  /** Objects below a prefix, by their keys' order, behind one of these. Absent where no account is reached. */
  list?(prefix: string, after: string | null): AsyncIterable<StoredObject>;
  /** The user's account. Absent where clients of AWS would reach emulators. */
  readonly account?: AccountAccess;
  /** What a source needs that reads no file. Absent in tests of files. */
  readonly outside?: Outside;
}

/** How clients of AWS reach the user's account. What is absent is as the process' environment says. */
export interface AccountAccess {
  readonly region?: string;
  readonly credentials?: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    readonly expiration?: Date;
  }>;
  /** Where services are, if not at AWS; given, the environment isn't asked. */
  readonly endpoints?: { readonly s3: string | undefined; readonly dynamodb: string | undefined };
}

/** Where a source is read: what it reaches from there, and what lets it in. */
export interface Outside {
  readonly region: string;
  /** The user's account; null where clients of AWS would reach emulators. */
  readonly account: AccountAccess | null;
  /** By its name: from Secrets Manager, or from this machine's environment. */
  secret(name: string): Promise<string>;
  /**
   * What the pipeline's children call.
   * @throws {SourceDataError} where nothing is called from here
   */
  endpoint(): CalledEndpoint;
}

/** A pipeline's endpoint where it is called. */
export interface CalledEndpoint {
  readonly url: string;
  /** The service that calls are signed for, with SigV4; null where they aren't. */
  readonly signedFor: 'lambda' | 'execute-api' | 'vpc-lattice-svcs' | null;
  readonly mayBePrivate: boolean;
  readonly region: string;
  readonly definition: Pick<Endpoint, 'auth' | 'hmac' | 'ca'>;
}
