import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { leadingKeys } from '../../shared/adapters/dynamodb/fence.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { KeyPrefix, ObjectRight, TableRight, Uses } from '../../shared/ports/uses.ts';
import { acknowledgeWildcard } from '../acknowledged.ts';
import type { NodeFunction } from './node-function.ts';
import type { PlatformParts } from './platform-parts.ts';
import { queueName } from './worker-queues.ts';

const TABLE_ACTIONS = {
  get: 'GetItem',
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  query: 'Query',
  'batch-get': 'BatchGetItem',
} as const satisfies Record<Exclude<TableRight, 'query-index'>, string>;

const OBJECT_ACTIONS = {
  get: ['GetObject'],
  put: ['PutObject'],
  'put-stream': ['PutObject', 'AbortMultipartUpload'],
  // Whoever follows one has the rights of the role that signed it.
  link: ['GetObject'],
  copy: ['GetObject', 'PutObject'],
} as const satisfies Record<ObjectRight, readonly string[]>;

/** Statements' names: a pipeline's records have the plain ones. */
const SIDS = { 'P#': '', 'E#': 'OfEndpoint', 'R#': 'OfBudget' } as const satisfies Record<KeyPrefix, string>;

/**
 * The rights on things that all pipelines share, from what the function uses alone: fenced to one pipeline by leading keys and
 * object prefix, or, for a function of the platform, to all pipelines' items of the kinds that it names. (Names hold no `#`
 * or `/`, so no pipeline's fence is a prefix of another's.) A stage has one sender and one bus.
 */
export function grantUses(fn: NodeFunction, uses: Uses, platform: PlatformParts, pipelines?: Fence): void {
  for (const statement of [
    ...recordStatements(uses, platform, pipelines),
    ...eventStatements(uses, platform),
    ...mailStatements(fn, uses, platform),
  ]) {
    fn.addToRolePolicy(statement);
  }
  if (!uses.objects) return;
  for (const pipeline of within(pipelines))
    acknowledgeWildcard(
      fn.ownRole,
      platform.bucket.bucketArn,
      `/${objectKeys(pipeline)}`,
      'Keys of objects hold the run and the writer; the prefix is the fence.',
    );
}

/** The rights on records and objects alone. */
export function recordStatements(uses: Uses, platform: PlatformParts, pipelines?: Fence): PolicyStatement[] {
  return [...tableStatements(uses, platform, pipelines), ...objectStatements(uses, platform, pipelines)];
}

/** The right of a function of the platform to send to the queues of all pipelines of its stage, as it declares. */
export function grantQueues(fn: NodeFunction, uses: Uses, stage: string): void {
  const { partition, region, account } = Stack.of(fn);
  const arns = QUEUES.filter((queue) => uses[queue]).map(
    (queue) => `arn:${partition}:sqs:${region}:${account}:${queueName(stage, '*', queue)}`,
  );
  if (arns.length === 0) return;
  fn.addToRolePolicy(new PolicyStatement({ sid: 'Queues', actions: ['sqs:SendMessage'], resources: arns }));
  for (const arn of arns)
    acknowledgeWildcard(
      fn.ownRole,
      arn,
      '',
      'It serves all pipelines of a stage; the stage and the queue are the fence.',
    );
}

function tableStatements({ table: rights = {} }: Uses, { table }: PlatformParts, pipelines?: Fence): PolicyStatement[] {
  const isPrefix = (name: string): name is KeyPrefix => name in SIDS;
  return Object.keys(SIDS)
    .filter(isPrefix)
    .flatMap((prefix) => {
      const granted = rights[prefix] ?? [];
      // "For all values" also holds for none, but each of these actions names its keys.
      const conditions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keysOf(prefix, pipelines) } };
      const actions = granted.flatMap((right) => (right === 'query-index' ? [] : [`dynamodb:${TABLE_ACTIONS[right]}`]));
      const records = { sid: `Records${SIDS[prefix]}`, actions, resources: [table.tableArn], conditions };
      const index = {
        sid: `Index${SIDS[prefix]}`,
        actions: ['dynamodb:Query'],
        resources: [`${table.tableArn}/index/runs`],
        conditions,
      };
      return [...(actions.length > 0 ? [records] : []), ...(granted.includes('query-index') ? [index] : [])];
    })
    .map((statement) => new PolicyStatement(statement));
}

export const objectKeys = (pipeline?: Pipeline) => (pipeline ? `runs/${pipeline.name}/*` : 'runs/*');

/** Whose records and objects a function may reach: its pipeline's, or those of several; undefined: all. */
type Fence = Pipeline | readonly Pipeline[];

const isList = (fence: Fence): fence is readonly Pipeline[] => Array.isArray(fence);
const within = (fence: Fence | undefined): readonly (Pipeline | undefined)[] =>
  fence === undefined ? [undefined] : isList(fence) ? fence : [fence];
const keysOf = (prefix: KeyPrefix, fence: Fence | undefined) =>
  within(fence).flatMap((pipeline) => leadingKeys(prefix, pipeline));

function objectStatements({ objects = [] }: Uses, { bucket }: PlatformParts, pipelines?: Fence): PolicyStatement[] {
  if (objects.length === 0) return [];
  const actions = new Set(objects.flatMap((right) => OBJECT_ACTIONS[right].map((action) => `s3:${action}`)));
  const resources = within(pipelines).map((pipeline) => bucket.arnForObjects(objectKeys(pipeline)));
  const { encryptionKey } = bucket;
  // What is written by parts, or copied, is read too.
  const key = encryptionKey && {
    sid: 'ObjectsKey',
    actions: actions.has('s3:PutObject') ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
    resources: [encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(bucket).region}.amazonaws.com` } },
  };
  return [{ sid: 'Objects', actions: [...actions], resources }, ...(key ? [key] : [])].map(
    (statement) => new PolicyStatement(statement),
  );
}

function eventStatements({ events }: Uses, { bus }: PlatformParts): PolicyStatement[] {
  if (!events) return [];
  return [new PolicyStatement({ sid: 'Events', actions: ['events:PutEvents'], resources: [bus.eventBusArn] })];
}

function mailStatements(fn: NodeFunction, { mail }: Uses, { mailIdentity }: PlatformParts): PolicyStatement[] {
  if (!mail || !mailIdentity) return [];
  const arnOf = (resource: string, resourceName: string) =>
    Stack.of(fn).formatArn({ service: 'ses', resource, resourceName });
  const sets = arnOf('configuration-set', '*');
  acknowledgeWildcard(
    fn.ownRole,
    sets,
    '',
    'Which set an identity has by default is known to SES alone, and may change.',
  );
  // SES checks a raw message against the action of its own name, whichever API sends it, and both on the identity's default set too.
  return [
    new PolicyStatement({
      sid: 'Mail',
      actions: ['ses:SendEmail', 'ses:SendRawEmail'],
      resources: [arnOf('identity', mailIdentity), sets],
    }),
  ];
}
