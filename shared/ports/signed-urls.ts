/** Where requests with tokens of ours go, callbacks or those of report links, and what the tokens are signed with. */
export interface SignedUrls {
  /** Base of the URLs; empty where nothing takes them, as the definition asks for none. */
  readonly url: string;
  /** The first one signs; those behind it are being rotated out, and still count. @throws where they can't be fetched */
  keys(): Promise<readonly string[]>;
  /** Fetches them anew, for a token that none of them has signed; at most once in ten seconds. Gives whether they are others now. */
  renew(): Promise<boolean>;
}
