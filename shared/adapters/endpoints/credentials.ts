import { createHmac } from 'node:crypto';
import type { Endpoint } from '../../author/endpoint.ts';
import { CallError } from './failure.ts';
import type { Secrets } from './secrets.ts';

/** What a call is let in by, where that isn't a signature of IAM. */
export interface Credentials {
  /** Headers of a call, by its key and body. */
  headersOf(key: string, body: string | null): Promise<Record<string, string>>;
  /** Fetches what the service refused; gives whether it is another now, so that the call may be made once more. */
  renew(): Promise<boolean>;
  /** A text without the secrets: a service may quote what it refuses, and a report may keep that. */
  hide(text: string): Promise<string>;
}

/** The credentials that a definition's endpoint names; null where it names none. */
export function credentialsOf({ auth, hmac }: Pick<Endpoint, 'auth' | 'hmac'>, secrets: Secrets): Credentials | null {
  const names = [auth && 'secret' in auth ? auth.secret : [], hmac?.secret ?? []].flat();
  if (names.length === 0) return null;
  return {
    async headersOf(key, body) {
      const headers = auth && 'secret' in auth ? authHeader(auth, await secrets.read(auth.secret)) : {};
      return hmac ? { ...headers, ...signature(await secrets.read(hmac.secret), key, body ?? '') } : headers;
    },
    async renew() {
      const renewed = await Promise.all(names.map((name) => secrets.renew(name)));
      return renewed.includes(true);
    },
    async hide(text) {
      const values = (await Promise.all(names.map((name) => secrets.read(name)))).map((value) => value.trim());
      const all = values.flatMap((value) => [value, Buffer.from(value).toString('base64')]);
      return all.filter((value) => value !== '').reduce((hidden, value) => hidden.replaceAll(value, '…'), text);
    },
  };
}

type SecretAuth = Extract<NonNullable<Endpoint['auth']>, { secret: string }>;

/** What a header's value may hold: no end of a line, and no character that HTTP has no byte for. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws {CallError} for a secret that no header can carry: the client would send nothing, and say so late or not at all */
function authHeader(auth: SecretAuth, secret: string): Record<string, string> {
  const text = secret.trim();
  if (auth.type !== 'basic' && !HEADER_VALUE.test(text)) throw new CallError('no-credentials');
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${text}` };
    case 'apiKey':
      return { [auth.header]: text };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
  }
}

/** As https://www.standardwebhooks.com says: what is signed is the id, the time in seconds and the body. */
function signature(
  secret: string,
  id: string,
  body: string,
  seconds = Math.floor(Date.now() / 1_000),
): Record<string, string> {
  const text = secret.trim();
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text);
  const signed = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signed}` };
}
