import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Output } from '../../shared/author/output.ts';
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
    return allBelow(fn, place, 'The source reads');
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

/** Lets a function read the files that outputs include, wherever below their prefixes a service puts them. */
export function grantIncluded(fn: NodeFunction, outputs: Readonly<Record<string, Pick<Output, 'includes'>>>): void {
  const prefixes = new Set(Object.values(outputs).flatMap(({ includes }) => (includes ? [includes.below] : [])));
  const resources = [...prefixes].map((place) => allBelow(fn, place, 'An output includes'));
  if (resources.length > 0)
    fn.addToRolePolicy(new PolicyStatement({ sid: 'Included', actions: ['s3:GetObject'], resources }));
}

function allBelow(fn: NodeFunction, place: string, reader: string): string {
  const { bucket, prefix } = bucketAndPrefix(place);
  const below = `arn:${Stack.of(fn).partition}:s3:::${bucket}/${prefix}`;
  acknowledgeWildcard(fn.ownRole, below, '*', `${reader} all objects below a prefix, which the definition names.`);
  return `${below}*`;
}
