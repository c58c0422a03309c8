import * as z from 'zod';
import { RUN_ID } from '../domain/ids.ts';
import type { BlockRef } from '../domain/layout.ts';
import { sign, signedValues } from './signed-token.ts';

/** What a callback's URL says, signed: whose outcome it takes, and what ending that child needs. */
export interface CallbackClaims {
  readonly run: string;
  readonly ref: BlockRef;
  /** The child's number within its block, and its slot's first child. */
  readonly n: number;
  readonly slot: number;
  /** Which of its calls: 1 for the first. */
  readonly attempt: number;
  /** When that was answered at the latest, epoch milliseconds. */
  readonly since: number;
  /** No callback is taken from then on, epoch milliseconds. */
  readonly expires: number;
  /** Children of the block, and when its records may go, epoch seconds. */
  readonly size: number;
  readonly ttl: number;
}

const number = z.number().int().min(0);
const claims = z.tuple([
  z.string().regex(RUN_ID),
  // Slice, segment, block, child, slot; attempt, since, expires; size, ttl.
  ...([number, number, number, number, number] as const),
  ...([number, number, number] as const),
  ...([number, number] as const),
]);

/** Ours are about 170 characters. */
const MAX_TOKEN = 400;

/**
 * A token for a call's callback, for its URL: about 170 characters.
 * @param keys the first one signs
 */
export function signToken(keys: readonly string[], pipeline: string, of: CallbackClaims): string {
  const { run, ref, n, slot, attempt, since, expires, size, ttl } = of;
  const told = [run, ref.slice, ref.segment, ref.block, n, slot, attempt, since, expires, size, ttl];
  return sign('callback', keys, pipeline, told);
}

/** What a token says; null for one that none of the keys has signed for this pipeline. Whether it has expired is its reader's to look at. */
export function readToken(keys: readonly string[], pipeline: string, token: string): CallbackClaims | null {
  const told = signedValues('callback', keys, pipeline, token, MAX_TOKEN);
  if (told === null) return null;
  const [run, slice, segment, block, n, slot, attempt, since, expires, size, ttl] = claims.parse(told);
  return { run, ref: { slice, segment, block }, n, slot, attempt, since, expires, size, ttl };
}
