/** A copy that older ones don't replace. */
export interface NewestCopy {
  readonly to: string;
  /** Of two copies that whose order is the greater, as text, stays. */
  readonly order: string;
  /** Whose it is. */
  readonly run: string;
  readonly contentType: string;
  readonly disposition: string;
}

/** Where people find an object. */
export interface ObjectPlace {
  /** `s3://bucket/key`. */
  readonly uri: string;
  /** Its page in the AWS console. */
  readonly console: string;
}

/** Files: parts, reports, large items and results. Keys are relative to the pipeline's own prefix. */
export interface Objects {
  /** @param disposition what a browser does with it: shows it, or saves it under a name */
  put(key: string, body: Uint8Array | string, contentType?: string, disposition?: string): Promise<void>;
  /** Writes a stream of any length, holding at most a few megabytes of it. Nothing appears under `key` unless it ends. */
  putStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    contentType?: string,
    disposition?: string,
  ): Promise<{ bytes: number }>;
  /** Copies an object of 5 GB at most, unless what is there is newer. @returns whether it was copied */
  copyNewest(from: string, copy: NewestCopy): Promise<boolean>;
  /**
   * The whole object, or the bytes from `from` up to, not including, `to`.
   * @throws {ObjectNotFoundError}
   * @throws {ObjectDeniedError} also for one that isn't there, where the bucket may not be listed
   */
  get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array>;
  /** Where people find an object, whether or not there is one; null where nobody can look, as in an emulator. Nothing is read. */
  place(key: string): Promise<ObjectPlace | null>;
  /** Throws what `get` does. */
  stream(key: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Lets others have objects, who have no rights of their own. */
export interface ObjectLinks {
  /** A URL at which anyone gets the object for so many seconds. Nothing is read: there may be none. */
  link(key: string, seconds: number): Promise<string>;
}

/** All that can be done with files. */
export type LinkedObjects = Objects & ObjectLinks;

export type ObjectReader = Pick<Objects, 'get' | 'stream'>;
export type ObjectWriter = Pick<Objects, 'put'>;
