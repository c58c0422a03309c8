import type { AccountAccess } from '../shared/author/source.ts';

/** What a person asks for on this machine beside the definition. */
export interface AskedHere {
  /** A service that already runs and gets the calls; otherwise the pipeline's own is started, live and clone. */
  readonly endpointUrl?: string | undefined;
  /** The person's own account, which the source may read. */
  readonly account?: AccountAccess | undefined;
}
