import { httpNotifier } from '../adapters/channels/http-notifier.ts';
import { type FetchSecret, fromSecretsManager, Secrets } from '../adapters/endpoints/secrets.ts';
import type { PortMakers } from './connect.ts';

/** @param secretsFrom gives a channel's secret by its name */
export const channelsOf = (secretsFrom: FetchSecret): ReturnType<PortMakers['channels']> =>
  httpNotifier({ secrets: new Secrets(secretsFrom) });

/** The same, where it is deployed. */
export const channels: PortMakers['channels'] = ({ region }) => channelsOf(fromSecretsManager(region));
