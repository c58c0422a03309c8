import { createHash } from 'node:crypto';
import type { Context } from 'hono';

/** What a caller may do: look, start, or decide about what runs. */
export const SCOPES = ['read', 'run', 'operate'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever sent a request. */
export interface ApiCaller {
  /** Says who it is, and stays the same from one request to the next: what it starts is recorded under it. */
  readonly id: string;
  /** As people know it, for the records of what was done. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Finds out who sent a request. @throws {Problem} `unauthorized` */
export type Identify = (c: Context) => Promise<ApiCaller>;

/**
 * The id of a run or task out of its caller's Idempotency-Key: the same key of the same caller is the same one, and no caller meets another's.
 */
export function idOf({ id }: Pick<ApiCaller, 'id'>, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([id, key]))
    .digest('base64url')
    .replace(/^-/, '_');
}
