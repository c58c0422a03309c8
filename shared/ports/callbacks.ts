/** Where callbacks go, and what their tokens are signed with. */
export interface Callbacks {
  /** Base of their URLs; empty where nothing takes them, as the definition has no `callback`. */
  readonly url: string;
  /** The first one signs; those behind it are being rotated out, and still count. @throws where they can't be fetched */
  keys(): Promise<readonly string[]>;
  /** Fetches them anew, for a token that none of them has signed; at most once in ten seconds. Gives whether they are others now. */
  renew(): Promise<boolean>;
}
