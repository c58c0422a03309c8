import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { explain } from '../errors.ts';
import { workMapping } from '../targets/deployed.ts';
import { findStack, type Stack } from '../targets/stack.ts';
import { type Check, checked, fail, nodeVersion, pass, warn } from './check.ts';
import { cloneCheck } from './clone.ts';
import { concurrencyCheck } from './concurrency.ts';
import { idleCheck } from './idle.ts';
import { mailChecks } from './mail.ts';
import { queueChecks } from './queues.ts';
import { releaseCheck } from './release.ts';

/** What a deployed pipeline needs, as far as the operator may see it. Nothing is changed. */
export async function deployedChecks(pipeline: Pipeline, stage: string): Promise<Check[]> {
  const first = [
    nodeVersion(),
    pass('definition', `pipelines/${pipeline.name} is valid`),
    ...(await checked('identity', identity)),
  ];
  // Without these two nothing else can be looked at.
  if (first.some(({ result }) => result === 'fail')) return first;
  let stack: Stack;
  try {
    stack = await findStack(pipeline, stage);
  } catch (error) {
    const { message } = explain(error);
    return [...first, fail('deployment', message ?? String(error), 'Everything else hangs on it: see the message.')];
  }
  const groups = await Promise.all([
    checked('stack', () => status(stack)),
    [releaseCheck(stack.release)],
    checked('table', () => table(stack)),
    checked('bucket', () => bucket(stack)),
    checked('queues', () => queueChecks(stack)),
    checked('mapping', () => mapping(stack)),
    checked('concurrency', () => concurrencyCheck(pipeline, stack)),
    checked('mail', () => mailChecks(pipeline, stack)),
    checked('clone', () => cloneCheck(stack.resources)),
    [idleCheck(pipeline)],
  ]);
  return [...first, ...groups.flat()];
}

async function identity(): Promise<Check> {
  const client = new STSClient({});
  try {
    const region = await client.config.region();
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return pass('identity', `${Arn}, account ${Account}, region ${region}`);
  } catch (error) {
    return fail(
      'identity',
      explain(error).message ?? String(error),
      'The AWS CLI says the same: aws sts get-caller-identity',
    );
  } finally {
    client.destroy();
  }
}

async function status({ stack: StackName }: Stack): Promise<Check> {
  const client = new CloudFormationClient({});
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName })).finally(() => client.destroy());
  const status = Stacks?.[0]?.StackStatus ?? 'gone';
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return pass('stack', `${StackName} is ${status}`);
  return warn(
    'stack',
    `${StackName} is ${status}`,
    'Wait for the deployment, or look at its events in CloudFormation.',
  );
}

async function table({ resources }: Stack): Promise<Check> {
  const TableName = resources.table;
  const client = new DynamoDBClient({});
  const { Table } = await client.send(new DescribeTableCommand({ TableName })).finally(() => client.destroy());
  return Table?.TableStatus === 'ACTIVE'
    ? pass('table', `${TableName} is ACTIVE`)
    : fail('table', `${TableName} is ${Table?.TableStatus}`, 'Wait until it is ACTIVE.');
}

async function bucket({ resources }: Stack): Promise<Check> {
  const Bucket = resources.objects;
  const client = new S3Client({});
  await client.send(new HeadBucketCommand({ Bucket })).finally(() => client.destroy());
  return pass('bucket', `${Bucket} can be read`);
}

async function mapping(stack: Stack): Promise<Check> {
  const client = new LambdaClient({});
  const { State, ScalingConfig } = await workMapping(client, stack).finally(() => client.destroy());
  if (State === 'Enabled') {
    return pass(
      'mapping',
      `the work queue is consumed, by up to ${ScalingConfig?.MaximumConcurrency ?? '?'} forwarders at once`,
    );
  }
  return warn(
    'mapping',
    `the work queue's mapping is ${State}: the pipeline is paused`,
    'Resume it: microprocess resume --stage …',
  );
}
