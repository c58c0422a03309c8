import { type SignedService, signerFor } from '../adapters/endpoints/auth.ts';
import { credentialsOf } from '../adapters/endpoints/credentials.ts';
import { httpCaller } from '../adapters/endpoints/http.ts';
import { type FetchSecret, fromSecretsManager, Secrets } from '../adapters/endpoints/secrets.ts';
import type { Pipeline } from '../author/definition.ts';
import { callsPerForwarder } from '../domain/capacity.ts';
import type { PortMakers } from './connect.ts';
import type { ResourceReader } from './resources.ts';

/**
 * Calls the queue-dedicated clone, or another endpoint, as the definition says.
 * @param secretsFrom gives a secret by its name
 */
export function endpointOf(
  { region, read }: ResourceReader,
  pipeline: Pipeline,
  secretsFrom: FetchSecret,
): ReturnType<PortMakers['endpoint']> {
  const { endpoint } = pipeline;
  const signs = signedService(read('endpointAuth'), endpoint.auth);
  return httpCaller({
    url: read('endpoint'),
    connections: callsPerForwarder(pipeline),
    signer: signs === null ? null : signerFor(signs, region),
    credentials: credentialsOf(endpoint, new Secrets(secretsFrom)),
    pipeline,
    // An address that its app or its user gave is where they want to call; of a definition's own, it says so.
    mayBePrivate: endpoint.allowPrivate || read('endpoint') !== endpoint.url,
  });
}

/** The same, where it is deployed. */
export const endpoint: PortMakers['endpoint'] = (resources, pipeline) =>
  endpointOf(resources, pipeline, fromSecretsManager(resources.region));

/** A function's URL wants IAM whatever the definition says; another address where that says so. */
function signedService(endpointAuth: string, auth: Pipeline['endpoint']['auth']): SignedService | null {
  if (endpointAuth === 'IAM') return 'lambda';
  return auth?.type === 'iam' ? auth.service : null;
}
