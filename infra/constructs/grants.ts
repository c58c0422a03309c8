import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Access } from '../access.ts';
import { acknowledgeWildcard } from '../acknowledged.ts';
import type { NodeFunction } from './node-function.ts';
import type { Platform } from './platform.ts';

/**
 * What {@link Access} allows on things pipelines share, fenced to one pipeline: its leading keys, its object prefix, the
 * stage's one sender and bus. Names hold no `#` or `/`, so no pipeline's fence is a prefix of another's.
 */
export function grantShared(fn: NodeFunction, platform: Platform, pipeline: string, access: Access): void {
  for (const statement of statements(fn, platform, pipeline, access)) fn.addToRolePolicy(statement);
  if (access.objects.length === 0) return;
  acknowledgeWildcard(
    fn.ownRole,
    platform.bucket.bucketArn,
    `/runs/${pipeline}/*`,
    'Keys of objects hold the run and the writer; the prefix is the fence.',
  );
}

function statements(scope: Construct, platform: Platform, pipeline: string, access: Access): PolicyStatement[] {
  const keys = [`P#${pipeline}`, `P#${pipeline}#*`];
  const { table, bucket } = platform;
  const all = [
    new PolicyStatement({
      sid: 'Records',
      actions: access.table.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
      // "For all values" also holds for none, but each of these actions names its keys.
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    }),
  ];
  if (access.index) {
    all.push(
      new PolicyStatement({
        sid: 'Index',
        actions: ['dynamodb:Query'],
        resources: [`${table.tableArn}/index/runs`],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
      }),
    );
  }
  if (access.objects.length > 0) {
    all.push(
      new PolicyStatement({
        sid: 'Objects',
        actions: access.objects.map((action) => `s3:${action}`),
        resources: [bucket.arnForObjects(`runs/${pipeline}/*`)],
      }),
    );
  }
  if (access.sendsMailAndEvents) {
    all.push(
      new PolicyStatement({ sid: 'Events', actions: ['events:PutEvents'], resources: [platform.bus.eventBusArn] }),
    );
    if (platform.mailIdentity) {
      const identity = Stack.of(scope).formatArn({
        service: 'ses',
        resource: 'identity',
        resourceName: platform.mailIdentity,
      });
      // SES checks a raw message against the action of its own name, whichever API sends it.
      all.push(
        new PolicyStatement({ sid: 'Mail', actions: ['ses:SendEmail', 'ses:SendRawEmail'], resources: [identity] }),
      );
    }
  }
  return all;
}
