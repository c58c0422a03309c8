import { type FetchSecret, fromSecretsManager, Secrets } from '../adapters/endpoints/secrets.ts';
import type { SignedUrls } from '../ports/signed-urls.ts';
import type { PortMakers } from './connect.ts';
import type { ResourceName, ResourceReader } from './resources.ts';

/** The resources of each kind of signed URL. */
const KINDS = {
  callbacks: { url: 'callbackUrl', key: 'callbackKey' },
  reportLinks: { url: 'reportLinkUrl', key: 'reportLinkKey' },
} as const satisfies Record<string, Record<'url' | 'key', ResourceName>>;

/**
 * URLs of a kind and their keys, kept for five minutes.
 * @param secretsFrom gives the secret of the keys by its name
 */
export function signedUrlsOf(kind: keyof typeof KINDS, { read }: ResourceReader, secretsFrom: FetchSecret): SignedUrls {
  const { url, key } = KINDS[kind];
  const secrets = new Secrets(secretsFrom);
  return {
    // Who takes them can't know its own: it is told no URL.
    get url() {
      return read(url);
    },
    renew: () => secrets.renew(read(key)),
    keys: async () => (await secrets.read(read(key))).split(/\s+/).filter(Boolean),
  };
}

/** Callbacks', where they are deployed. */
export const callbacks: PortMakers['callbacks'] = (resources) =>
  signedUrlsOf('callbacks', resources, fromSecretsManager(resources.region));

/** Report links', where they are deployed. */
export const reportLinks: PortMakers['reportLinks'] = (resources) =>
  signedUrlsOf('reportLinks', resources, fromSecretsManager(resources.region));
