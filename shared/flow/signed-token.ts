import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token is for: one of another purpose, or of another pipeline, is none. */
export type TokenPurpose = 'callback' | 'report';

const MAC_BYTES = 24;

/**
 * A token that says `values`, for a URL.
 * @param keys the first one signs
 */
export function sign(
  purpose: TokenPurpose,
  keys: readonly string[],
  pipeline: string,
  values: readonly unknown[],
): string {
  const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
  const [key = ''] = keys;
  if (key === '') throw new TypeError('There is no key to sign with.');
  return `${payload}.${macOf(purpose, key, pipeline, payload).toString('base64url')}`;
}

/**
 * What a token says, as it was signed; null for one that none of the keys has signed for this.
 * @param most characters; longer ones aren't ours, and cost no HMAC
 */
export function signedValues(
  purpose: TokenPurpose,
  keys: readonly string[],
  pipeline: string,
  token: string,
  most: number,
): unknown {
  if (token.length > most) return null;
  const [payload = '', mac = '', ...more] = token.split('.');
  const given = Buffer.from(mac, 'base64url');
  // Base64's last character may be written in several ways; only ours counts.
  if (more.length > 0 || given.length !== MAC_BYTES || given.toString('base64url') !== mac) return null;
  const isOurs = (key: string) => key !== '' && timingSafeEqual(macOf(purpose, key, pipeline, payload), given);
  return keys.some(isOurs) ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : null;
}

function macOf(purpose: TokenPurpose, key: string, pipeline: string, payload: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n${pipeline}\n${payload}`).digest().subarray(0, MAC_BYTES);
}
