import type { Pipeline } from '../author/definition.ts';
import type { CalledEndpoint } from '../author/source.ts';
import type { ResourceReader } from './resources.ts';

/** What a pipeline's children call, where its functions run. */
export function calledEndpoint({ region, read }: ResourceReader, { endpoint }: Pipeline): CalledEndpoint {
  const url = read('endpoint');
  return {
    url,
    signedFor: signedFor(read('endpointAuth'), endpoint.auth),
    // An address that its app or its user gave is where they want to call; of a definition's own, it says so.
    mayBePrivate: endpoint.allowPrivate || url !== endpoint.url,
    region,
    definition: endpoint,
  };
}

/** A function's URL wants IAM whatever the definition says; another address where that says so. */
function signedFor(endpointAuth: string, auth: Pipeline['endpoint']['auth']): CalledEndpoint['signedFor'] {
  if (endpointAuth === 'IAM') return 'lambda';
  return auth?.type === 'iam' ? auth.service : null;
}
