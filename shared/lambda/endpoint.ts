import { lambdaUrlSigner } from '../adapters/endpoints/auth.ts';
import { httpCaller } from '../adapters/endpoints/http.ts';
import { callsPerForwarder } from '../domain/capacity.ts';
import type { PortMakers } from './connect.ts';

/** Calls the queue-dedicated clone as the definition says. */
export const endpoint: PortMakers['endpoint'] = ({ region, read }, pipeline) =>
  httpCaller({
    url: read('endpoint'),
    connections: callsPerForwarder(pipeline.limits),
    signer: read('endpointAuth') === 'IAM' ? lambdaUrlSigner(region) : null,
    pipeline,
    // An address that its app or its user gave is where they want to call; of a definition's own, it says so.
    mayBePrivate: pipeline.endpoint.allowPrivate || read('endpoint') !== pipeline.endpoint.url,
  });
