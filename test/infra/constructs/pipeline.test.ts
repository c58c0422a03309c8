import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SYSTEM } from '../../../functions/system.ts';
import { awsCron } from '../../../infra/cron.ts';
import { standingIn } from '../../../infra/idle-cost/standing.ts';
import { definePipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { idleCost, NOTHING_STANDS, PIPELINE_ALARMS } from '../../../shared/domain/idle-cost.ts';
import { ANY_QUEUES, type AnyQueue } from '../../../shared/domain/queues.ts';
import { mapValues } from '../../../shared/domain/records.ts';
import { DEAD_LETTERS, type DeadLetters } from '../../../shared/lambda/declaration.ts';
import { environmentOf, RESOURCES } from '../../../shared/lambda/resources.ts';
import { standingOf, wiringOf } from '../../../shared/lambda/wiring.ts';
import { readDeployment } from '../../../shared/project/deployment-record.ts';
import { packageVersion } from '../../../shared/project/package-version.ts';
import { deploying, removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

const notHere = (): never => {
  throw new Error('Nothing is reduced here.');
};
const pipeline = definePipeline({
  name: 'scores',
  source: list(() => []),
  // None of these is a default: a number written into the infra would differ.
  endpoint: { service: 'companies', path: '/score', timeoutSeconds: 37 },
  limits: { inFlight: 3_000 },
  reduce: { columns: [], cells: () => [], start: notHere },
  schedule: { cron: '30 6 * * 1-5', timeZone: 'Australia/Sydney' },
  // For the function that takes them.
  callback: { withinHours: 2 },
  tasks: { lateSeconds: 90 },
  report: { email: ['reports@your-company.com'], linkDays: 7 },
  deadlineHours: 30,
  retentionDays: 90,
});
const wired = wiringOf(SYSTEM, pipeline);
/** A pipeline's own functions. */
const OWN = Object.entries(SYSTEM.functions).flatMap(([name, declared]) =>
  declared.scope === 'pipeline' ? [[name, declared] as const] : [],
);
const wirings = new Map(Object.entries(wired.functions));
const everything = mapValues(RESOURCES, ({ variable }) => variable);

const record = z.object({
  Name: z.string(),
  Value: z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) }),
});
const reference = z
  .object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
  .transform((value) => value['Fn::GetAtt'][0]);
const queue = z.object({
  VisibilityTimeout: z.number(),
  MessageRetentionPeriod: z.number(),
  SqsManagedSseEnabled: z.literal(true),
  RedrivePolicy: z.object({ deadLetterTargetArn: reference, maxReceiveCount: z.number() }).optional(),
});
const lambda = z.object({
  Timeout: z.number(),
  MemorySize: z.number(),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Description: z.string(),
  RecursiveLoop: z.string(),
  Role: reference,
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});
const mapping = z.object({
  BatchSize: z.number(),
  MaximumBatchingWindowInSeconds: z.number(),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
  FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
  EventSourceArn: reference,
  FunctionName: z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
});

let template: Template;
let platform: Template;
let queues: Record<AnyQueue | DeadLetters, string>;
let functions: Map<string, { id: string; is: z.infer<typeof lambda> }>;

beforeAll(async () => {
  const app = await synth({}, deploying(pipeline));
  template = app.template('scores');
  platform = Template.fromStack(Stack.of(app.stack.platform));
  queues = {
    ...mapValues(
      { ...SYSTEM.queues, ...SYSTEM.optionalQueues },
      (_, name) => idsOf('AWS::SQS::Queue', `Pipeline${pascal(name)}Queue`)[0],
    ),
    [DEAD_LETTERS]: idsOf('AWS::SQS::Queue', 'PipelineDeadLetters')[0],
  };
  functions = new Map(
    OWN.map(([name]) => {
      const [id, properties] = idsOf('AWS::Lambda::Function', `Pipeline${pascal(name)}`);
      return [name, { id, is: lambda.parse(properties) }];
    }),
  );
}, SYNTH_MS);

describe("a pipeline's stack is what is declared", () => {
  test.each(ANY_QUEUES)('queue %s', (name) => {
    const of = { ...wired.queues, ...wired.optionalQueues }[name];
    const { visibilitySeconds, retentionSeconds, maxReceiveCount } = of ?? {};
    expect(queue.parse(properties(queues[name]))).toEqual({
      VisibilityTimeout: visibilitySeconds,
      MessageRetentionPeriod: retentionSeconds,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: queues[DEAD_LETTERS], maxReceiveCount },
    });
    expect(queue.parse(properties(queues[DEAD_LETTERS]))).toMatchObject({
      MessageRetentionPeriod: 14 * 86_400,
      VisibilityTimeout: 6 * wired.functions['dead-letter'].timeoutSeconds,
    });
  });

  test.each(OWN)('function %s', (name, { uses }) => {
    const is = functions.get(name)?.is;
    const { timeoutSeconds, memoryMB, sendsAgain } = wirings.get(name) ?? {};
    expect(is).toMatchObject({
      Timeout: timeoutSeconds,
      MemorySize: memoryMB,
      RecursiveLoop: sendsAgain ? 'Allow' : 'Terminate',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    });
    const given = Object.keys(is?.Environment.Variables ?? {}).filter((key) => key.startsWith('MP_'));
    expect(given.sort()).toEqual(Object.keys(environmentOf(uses, everything)).sort());
  });

  test('its cost at rest is that of its templates, the key that signs URLs among it', () => {
    const standing = standingOf(wired);
    const { secrets } = standingIn(platform.toJSON());
    expect({ ...standingIn(template.toJSON()), secrets }).toEqual(standing);
    // As docs/idle-cost.md has what public functions add.
    const added = { ...NOTHING_STANDS, alarms: standing.alarms - PIPELINE_ALARMS, secrets };
    expect(idleCost(added).map(({ dollars }) => dollars)).toEqual([0.2, 0.4]);
  });

  test('mappings', () => {
    const mapped = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).map(({ Properties }) => {
      const is = mapping.parse(Properties);
      return {
        source: is.EventSourceArn,
        target: is.FunctionName,
        numbers: [is.BatchSize, is.MaximumBatchingWindowInSeconds, is.ScalingConfig.MaximumConcurrency],
      };
    });
    const wanted = wired.mappings.map((of) => ({
      source: queues[of.queue],
      target: idOf(of.function),
      numbers: [of.batchSize, of.windowSeconds, of.maxConcurrency],
    }));
    const order = (all: typeof mapped) => all.sort((a, b) => (a.source < b.source ? -1 : 1));
    expect(order(mapped)).toEqual(order(wanted));
  });

  test('schedules', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', wired.schedules.length);
    for (const schedule of wired.schedules) {
      const target = { Arn: { 'Fn::GetAtt': [idOf(schedule.function), 'Arn'] } };
      if ('cron' in schedule) {
        template.hasResourceProperties('AWS::Scheduler::Schedule', {
          ScheduleExpression: awsCron(schedule.cron),
          ScheduleExpressionTimezone: 'Australia/Sydney',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            ...target,
            Input: '{"schedule":"<aws.scheduler.scheduled-time>"}',
            DeadLetterConfig: Match.anyValue(),
          },
        });
      } else {
        template.hasResourceProperties('AWS::Scheduler::Schedule', {
          ScheduleExpression: `rate(${schedule.everySeconds / 60} minute)`,
          Target: target,
        });
      }
    }
  });
});

test('a report is not mailed where nobody can be, once there is a sender', async () => {
  const mailed = { ...pipeline, report: { ...pipeline.report, email: ['a@company.example'] } };
  await expect(synth({ mailFrom: 'reports@your-company.com' }, deploying(mailed))).rejects.toThrow(
    'report.email of scores must be an email address at a domain that is not reserved for examples, such as example.com; received "a@company.example".',
  );
  await expect(synth({}, deploying(mailed))).resolves.toBeDefined();
});

describe('the platform', () => {
  test("keeps a pipeline's objects as long as it promises, and lets no other rule undercut it", () => {
    platform.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
          Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 92 }),
          Match.objectLike({ Prefix: 'runs/scores/', ExpirationInDays: 92 }),
        ]),
      },
    });
  });

  test('has one table with a sparse index and a time to live', () => {
    platform.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'runs', Projection: { ProjectionType: 'KEYS_ONLY' } })],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });
});

test('its record, by which everything else finds it, is a parameter', () => {
  const [parameter] = Object.values(template.findResources('AWS::SSM::Parameter'));
  const { Name, Value } = record.parse(parameter?.Properties);
  expect(Name).toBe('/microprocess/dev/scores');
  const parts = Value['Fn::Join'][1];
  // Each reference by the id of what it refers to, as CloudFormation would put a name or URL there.
  const ref = z.object({ Ref: z.string() });
  const text = parts.map((part) => (typeof part === 'string' ? part : (ref.safeParse(part).data?.Ref ?? 'host')));
  const deployment = readDeployment(text.join(''), Name);
  expect(deployment.functions).toEqual(Object.fromEntries([...functions].map(([name, { id }]) => [name, id])));
  for (const name of ANY_QUEUES) expect(deployment.resources[name]).toBe(queues[name]);
  expect(deployment).toMatchObject({
    version: 1,
    pipeline: 'scores',
    release: packageVersion(),
    clone: { memoryMB: 512 },
    stack: 'microprocess-dev',
    resources: { endpoint: 'https://host', endpointAuth: 'IAM', mail: '' },
  });
});

function idsOf(type: string, prefix: string): [string, unknown] {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id),
  );
  const [only] = found;
  if (!only || found.length > 1)
    throw new Error(`${found.length} resources of ${type} are named ${prefix}…; exactly 1 is right.`);
  return [only[0], only[1].Properties];
}

function properties(id: string): unknown {
  return template.findResources('AWS::SQS::Queue')[id]?.Properties;
}

/** The function that a name of a mapping or schedule stands for. */
function idOf(name: string): string {
  return functions.get(name)?.id ?? '';
}

function pascal(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
