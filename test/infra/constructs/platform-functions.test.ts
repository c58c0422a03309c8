import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { ROUTED } from '../../fixtures/routed.ts';
import { testPipeline } from '../../shared/support.ts';
import { engineOf, removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

let app: Awaited<ReturnType<typeof synth>>;
let platform: Template;
let pipeline: Template;
beforeAll(async () => {
  const squares = testPipeline({ endpoint: { service: 'companies', path: '/' } });
  const functionEntry = () => join(PACKAGE_DIR, 'functions', 'sweeper', 'index.ts');
  const engine = engineOf([squares], { system: ROUTED, functionEntry });
  app = await synth({}, { pipelines: [squares.name], engine });
  platform = Template.fromStack(Stack.of(app.stack.platform));
  pipeline = app.template('squares');
}, SYNTH_MS);

const policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(z.looseObject({ Sid: z.string().optional() })) }),
});
/** The statements of a function's role, by name. */
function statements(template: Template, role: string) {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.includes(role));
  const all = policies.flatMap(([, { Properties }]) => policy.parse(Properties).PolicyDocument.Statement);
  return Object.fromEntries(all.flatMap(({ Sid, ...rest }) => (Sid ? [[Sid, rest]] : [])));
}
const fenced = (actions: string | string[], keys: string | string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: expect.anything(),
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
});

describe('a function of the platform', () => {
  test('stands in the platform, once, with the variables of what it uses', () => {
    platform.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'takes callbacks',
      Timeout: 10,
      MemorySize: 512,
      Environment: {
        Variables: {
          NODE_OPTIONS: Match.anyValue(),
          MP_TABLE: Match.anyValue(),
          MP_AGGREGATE_QUEUE_URL: Match.anyValue(),
        },
      },
    });
    pipeline.resourcePropertiesCountIs('AWS::Lambda::Function', { Description: Match.stringLikeRegexp('callback') }, 0);
  });

  test('that crashes rings', () => {
    const alarm = (says: string) => ({
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Threshold: 1,
      AlarmDescription: Match.stringLikeRegexp(says),
      Dimensions: [{ Name: 'FunctionName', Value: Match.anyValue() }],
    });
    platform.hasResourceProperties(
      'AWS::CloudWatch::Alarm',
      alarm('callback function of the platform crashes or runs out of time. It takes callbacks'),
    );
  });

  test('reaches items of the kind that it names, of any pipeline', () => {
    expect(statements(platform, 'Callback')).toEqual({
      Records: fenced(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['P#*']),
      Queues: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: expect.anything() },
    });
  });

  test('sends to the queues of its kind of all pipelines: they have the name by which it finds them, the others none', () => {
    const text = (value: unknown) => JSON.stringify(value);
    expect(text(statements(platform, 'Callback').Queues)).toContain(':mp-dev_*-aggregate"');
    const [fn] = Object.values(
      platform.findResources('AWS::Lambda::Function', { Properties: { Description: 'takes callbacks' } }),
    );
    expect(text(fn?.Properties.Environment)).toContain('/mp-dev_{pipeline}-aggregate"');
    pipeline.resourcePropertiesCountIs('AWS::SQS::Queue', { QueueName: Match.anyValue() }, 1);
    pipeline.hasResourceProperties('AWS::SQS::Queue', { QueueName: 'mp-dev_squares-aggregate' });
  });

  test('with a route for signed tokens, and no other, can be called by anyone', () => {
    platform.resourceCountIs('AWS::Lambda::Url', 1);
    platform.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    platform.hasResourceProperties('AWS::Lambda::Permission', { Action: 'lambda:InvokeFunctionUrl', Principal: '*' });
  });
});

describe("a pipeline's function", () => {
  test('is fenced to its pipeline, its endpoint and its budget', () => {
    expect(statements(pipeline, 'Status')).toEqual({
      Records: fenced('dynamodb:GetItem', ['P#squares', 'P#squares#*']),
      RecordsOfEndpoint: fenced(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['E#companies']),
      RecordsOfBudget: fenced('dynamodb:UpdateItem', ['R#squares']),
    });
  });

  test('with a route behind IAM lets nobody in who does not sign', () => {
    pipeline.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
    pipeline.resourcePropertiesCountIs('AWS::Lambda::Permission', { Principal: '*' }, 0);
  });
});

test('nothing of it is a finding of cdk-nag', () => expect(() => app.app.synth()).not.toThrow(), SYNTH_MS);
