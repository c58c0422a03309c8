import type { Context } from 'hono';
import { Problem } from './problems.ts';

/** A request is held no longer: Lambda never learns that its caller is gone, and is paid for to the end. */
const LONGEST_WAIT = 25;

/**
 * The seconds that a caller would wait for the end (`Prefer: wait=10`), as far as they are granted; 0 where it asks for none. What is granted is
 * said in the answer.
 */
export function waitSeconds(c: Context): number {
  const asked = (c.req.header('prefer') ?? '')
    .split(/[,;]/)
    .map((each) => /^\s*wait\s*=\s*"?(\d{1,6})"?\s*$/i.exec(each)?.[1])
    .find((each) => each !== undefined);
  if (asked === undefined) return 0;
  const granted = Math.min(Number(asked), LONGEST_WAIT);
  c.header('preference-applied', `wait=${granted}`);
  c.header('vary', 'prefer');
  return granted;
}

/** The caller's name for this very request; null where it gives none. Quotes around it, as its draft has them, are no part of it. */
export function idempotencyKey(c: Context): string | null {
  const header = c.req.header('idempotency-key');
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem('bad-request', 'Idempotency-Key: must be 1 to 255 visible ASCII characters.');
}
