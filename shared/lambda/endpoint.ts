import { signerFor } from '../adapters/endpoints/auth.ts';
import { credentialsOf } from '../adapters/endpoints/credentials.ts';
import { httpCaller } from '../adapters/endpoints/http.ts';
import { type FetchSecret, fromSecretsManager, Secrets } from '../adapters/endpoints/secrets.ts';
import type { Pipeline } from '../author/definition.ts';
import { callsPerForwarder } from '../domain/capacity.ts';
import { calledEndpoint } from './called-endpoint.ts';
import type { PortMakers } from './connect.ts';
import type { ResourceReader } from './resources.ts';

/**
 * Calls the queue-dedicated clone, or another endpoint, as the definition says.
 * @param secretsFrom gives a secret by its name
 */
export function endpointOf(
  resources: ResourceReader,
  pipeline: Pipeline,
  secretsFrom: FetchSecret,
): ReturnType<PortMakers['endpoint']> {
  const { url, signedFor, mayBePrivate, region } = calledEndpoint(resources, pipeline);
  return httpCaller({
    url,
    connections: callsPerForwarder(pipeline),
    signer: signedFor === null ? null : signerFor(signedFor, region),
    credentials: credentialsOf(pipeline.endpoint, new Secrets(secretsFrom)),
    pipeline,
    mayBePrivate,
  });
}

/** The same, where it is deployed. */
export const endpoint: PortMakers['endpoint'] = (resources, pipeline) =>
  endpointOf(resources, pipeline, fromSecretsManager(resources.region));
