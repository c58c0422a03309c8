import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Endpoint, secretsOf } from '../../shared/author/endpoint.ts';
import { acknowledgeWildcard } from '../acknowledged.ts';
import type { NodeFunction } from './node-function.ts';

/** Host of a REST or HTTP API: its id, and the region. */
const API = /^https:\/\/([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/;

/** The right to read the secrets that a definition's endpoint names, and to call the API that it is. */
export function grantEndpoint(fn: NodeFunction, endpoint: Endpoint): void {
  const { partition, account } = Stack.of(fn);
  grantSecrets(fn, secretsOf(endpoint));
  const [, api, of] = endpoint.auth?.type === 'iam' ? (API.exec(endpoint.url ?? '') ?? []) : [];
  if (api === undefined) return;
  const arn = `arn:${partition}:execute-api:${of}:${account}:${api}`;
  fn.addToRolePolicy(new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [`${arn}/*`] }));
  acknowledgeWildcard(
    fn.ownRole,
    arn,
    '/*',
    'An API has stages, methods and paths; the definition and its items name them.',
  );
}

/** The right to read secrets by their names. */
export function grantSecrets(fn: NodeFunction, names: readonly string[]): void {
  const { partition, region, account } = Stack.of(fn);
  for (const name of names) {
    // Secrets Manager adds six characters to a name.
    const arn = `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`;
    const resources = [`${arn}-??????`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
    acknowledgeWildcard(fn.ownRole, arn, '-??????', 'The end of the ARN is known only once the secret is there.');
  }
}
