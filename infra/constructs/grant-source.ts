import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Source } from '../../shared/author/source.ts';
import { bucketAndKey, bucketAndPrefix, isObject, isPrefix } from '../../shared/author/sources/place.ts';
import { acknowledgeWildcard } from '../acknowledged.ts';
import { grantSecrets } from './grant-endpoint.ts';
import type { NodeFunction } from './node-function.ts';

/** Lets a function read exactly the objects, tables and secrets that a source declares. A key of KMS is its owner's to grant. */
export function grantSource(
  fn: NodeFunction,
  { reads = [], needs = {} }: Pick<Source<unknown>, 'reads' | 'needs'>,
): void {
  const { partition } = Stack.of(fn);
  const resources = reads.filter(isObject).map((place) => {
    if (!isPrefix(place)) {
      const { bucket, key } = bucketAndKey(place);
      return `arn:${partition}:s3:::${bucket}/${key}`;
    }
    const { bucket, prefix } = bucketAndPrefix(place);
    const below = `arn:${partition}:s3:::${bucket}/${prefix}`;
    acknowledgeWildcard(
      fn.ownRole,
      below,
      '*',
      'The source reads all objects below a prefix, which the definition names.',
    );
    return `${below}*`;
  });
  for (const place of [...reads.filter(isPrefix), ...(needs.lists ?? [])]) {
    const { bucket, prefix } = bucketAndPrefix(place);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [`arn:${partition}:s3:::${bucket}`],
        conditions: { StringEquals: { 's3:prefix': prefix } },
      }),
    );
  }
  if (resources.length > 0)
    fn.addToRolePolicy(new PolicyStatement({ sid: 'Source', actions: ['s3:GetObject'], resources }));
  const { region, account } = Stack.of(fn);
  const tables = (needs.tables ?? []).map((name) => `arn:${partition}:dynamodb:${region}:${account}:table/${name}`);
  if (tables.length > 0)
    fn.addToRolePolicy(new PolicyStatement({ sid: 'SourceTable', actions: ['dynamodb:Scan'], resources: tables }));
  grantSecrets(fn, needs.secrets ?? []);
}
