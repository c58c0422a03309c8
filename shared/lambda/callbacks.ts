import { type FetchSecret, fromSecretsManager, Secrets } from '../adapters/endpoints/secrets.ts';
import type { PortMakers } from './connect.ts';
import type { ResourceReader } from './resources.ts';

/**
 * Callbacks' URL and keys, kept for five minutes.
 * @param secretsFrom gives the secret of the keys by its name
 */
export function callbacksOf({ read }: ResourceReader, secretsFrom: FetchSecret): ReturnType<PortMakers['callbacks']> {
  const secrets = new Secrets(secretsFrom);
  return {
    url: read('callbackUrl'),
    renew: () => secrets.renew(read('callbackKey')),
    keys: async () => (await secrets.read(read('callbackKey'))).split(/\s+/).filter(Boolean),
  };
}

/** The same, where it is deployed. */
export const callbacks: PortMakers['callbacks'] = (resources) =>
  callbacksOf(resources, fromSecretsManager(resources.region));
