import type { ApiCaller } from './callers.ts';

/** What a request carries through its handlers. */
export interface Env {
  Variables: { readonly caller: ApiCaller };
}
