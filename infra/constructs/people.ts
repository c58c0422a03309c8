import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { leadingKeys } from '../../shared/adapters/dynamodb/fence.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { senderIdentities } from '../../shared/domain/sender.ts';
import type { Uses } from '../../shared/ports/uses.ts';
import { acknowledge, acknowledgeWildcard } from '../acknowledged.ts';
import { objectKeys, recordStatements } from './grants.ts';
import type { PlatformParts } from './platform-parts.ts';
import type { WorkerQueues } from './worker-queues.ts';

export interface PeopleProps {
  readonly platform: PlatformParts;
  readonly pipeline: Pipeline;
  readonly queues: WorkerQueues;
  readonly splitter: IFunction;
  readonly forwarder: IFunction;
  readonly record: IStringParameter;
  /** Name of the stack that is deployed by its name. */
  readonly stackName: string;
}

/** What looking at runs reads. */
const VIEWS = {
  table: { 'P#': ['get', 'query', 'batch-get', 'query-index'], 'E#': ['get'] },
  objects: ['get'],
} as const satisfies Uses;
/** What starting and steering runs writes, on top. */
const OPERATES = {
  table: { 'P#': ['put', 'update'], 'E#': ['update'] },
  objects: ['put-stream'],
} as const satisfies Uses;

const ALL = 'AWS gives this right on everything or not at all; it reads settings and ids, no data.';

/** Rights of people at a pipeline's commands: for whoever looks, everything that only reads. */
export function viewerPolicy(scope: Construct, props: PeopleProps): ManagedPolicy {
  const { platform, pipeline, queues, record, stackName } = props;
  const { name } = pipeline;
  const stack = Stack.of(scope);
  const stackArn = stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stackName}/*` });
  const policy = new ManagedPolicy(scope, 'Viewer', {
    description: `Looks at runs of ${name} at stage ${platform.stage}: list, watch, show, failures, refused, report, doctor`,
    statements: [
      ...recordStatements(VIEWS, platform, pipeline),
      allow('Found', ['ssm:GetParameter'], [record.parameterArn]),
      allow('Queues', ['sqs:GetQueueAttributes'], [...Object.values(queues.queues), queues.deadLetters].map(arnOf)),
      allow('Table', ['dynamodb:DescribeTable'], [platform.table.tableArn]),
      allow('Bucket', ['s3:ListBucket'], [platform.bucket.bucketArn]),
      allow('Stack', ['cloudformation:DescribeStacks'], [stackArn]),
      allow('Settings', ['lambda:GetAccountSettings', 'lambda:ListEventSourceMappings', 'ses:GetAccount'], ['*']),
      ...senderStatements(stack, platform),
    ],
  });
  acknowledge(policy, 'AwsSolutions-IAM5[Resource::*]', ALL);
  acknowledgeWildcard(policy, stackArn, '', "What follows the stack's name is AWS's id of it.");
  acknowledgeObjects(policy, props);
  return policy;
}

/** What operators have on top of viewers: they start, pause, cancel and redrive runs, and set limits by hand. */
export function operatorPolicy(scope: Construct, props: PeopleProps): ManagedPolicy {
  const { platform, pipeline, queues, splitter, forwarder } = props;
  const mappings = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'event-source-mapping',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const policy = new ManagedPolicy(scope, 'Operator', {
    description: `Starts and steers runs of ${pipeline.name} at stage ${platform.stage}; together with the policy of its viewers`,
    statements: [
      ...recordStatements(OPERATES, platform, pipeline),
      allow('Start', ['lambda:InvokeFunction'], [splitter.functionArn]),
      allow('Send', ['sqs:SendMessage'], Object.values(queues.queues).map(arnOf)),
      allow('Purge', ['sqs:PurgeQueue'], [queues.queues.work.queueArn]),
      allow('PurgeObjects', ['s3:DeleteObject'], [platform.bucket.arnForObjects(objectKeys(pipeline))]),
      new PolicyStatement({
        sid: 'PurgeRecords',
        actions: ['dynamodb:BatchWriteItem'],
        resources: [platform.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys('P#', pipeline) } },
      }),
      new PolicyStatement({
        sid: 'Mapping',
        actions: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
        resources: [mappings],
        conditions: { ArnLike: { 'lambda:FunctionArn': forwarder.functionArn } },
      }),
    ],
  });
  acknowledgeWildcard(policy, mappings, '', "A mapping's id is AWS's own; its function is the fence.");
  acknowledgeObjects(policy, props);
  return policy;
}

const allow = (sid: string, actions: string[], resources: string[]) => new PolicyStatement({ sid, actions, resources });
const arnOf = ({ queueArn }: { readonly queueArn: string }) => queueArn;

/** As far as SES's identities go: that of the sender, of its domain, or of one above that. */
function senderStatements(stack: Stack, { resources: { mail: from = '' } }: PlatformParts): PolicyStatement[] {
  if (from === '') return [];
  const arns = senderIdentities(from).map((resourceName) =>
    stack.formatArn({ service: 'ses', resource: 'identity', resourceName }),
  );
  return [allow('Sender', ['ses:GetEmailIdentity'], arns)];
}

function acknowledgeObjects(policy: ManagedPolicy, { platform, pipeline }: PeopleProps): void {
  acknowledgeWildcard(
    policy,
    platform.bucket.bucketArn,
    `/${objectKeys(pipeline)}`,
    'Keys of objects hold the run and the writer; the prefix is the fence.',
  );
}
