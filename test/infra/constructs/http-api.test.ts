import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpApi } from '../../../infra/index.ts';
import type { Microprocess } from '../../../infra/stacks/microprocess.ts';
import { removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

let stack: Microprocess;
let template: Template;
/** Of the stack with an API that takes tokens. */
let open: Template;
beforeAll(async () => {
  ({ stack } = await synth({ api: 'true' }));
  const { api } = stack;
  if (!api) throw new Error('There is no API.');
  const { platform, pipelines } = stack;
  const jwt = { issuer: 'https://login.example.com/', audience: 'jobs' };
  new HttpApi(stack, 'Open', { platform, pipelines: [...pipelines.values()], jwt });
  template = Template.fromStack(Stack.of(api));
  open = Template.fromStack(stack);
}, SYNTH_MS);

describe('the HTTP API', () => {
  test('is one function at a URL that wants IAM and streams', () => {
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MP_API: '{"rate":{"perSecond":20,"burst":40}}' } },
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  test('reaches the records, objects and split queues of its pipelines, and nothing else', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements: { Action: string | string[]; Condition?: unknown; Resource: unknown }[] =
      policy?.Properties.PolicyDocument.Statement;
    const keys = ['P#nightly-audit', 'P#nightly-audit#*', 'P#scores', 'P#scores#*'];
    const fence = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } };
    const actions = statements.flatMap(({ Action }) => Action).sort();
    expect(new Set(actions)).toEqual(
      new Set([
        ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:GetObject', 's3:PutObject', 'sqs:SendMessage'],
        ...['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action}`),
      ]),
    );
    const records = statements.filter(({ Action }) => JSON.stringify(Action).includes('dynamodb'));
    expect(records.map(({ Condition }) => Condition)).toEqual([fence, fence]);
    const objects = statements.find(({ Action }) => Action.includes('s3:PutObject'));
    expect(JSON.stringify(objects?.Resource).match(/runs\/[\w-]+\/\*/g)).toEqual([
      'runs/nightly-audit/*',
      'runs/scores/*',
    ]);
  });

  test('takes tokens of an issuer in place of IAM, where it is told to', () => {
    open.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' });
    const jwksUrl = 'https://login.example.com/.well-known/jwks.json';
    const jwt = { issuer: 'https://login.example.com/', audience: 'jobs', jwksUrl, scopePrefix: '' };
    open.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MP_API: JSON.stringify({ rate: { perSecond: 20, burst: 40 }, jwt }) } },
    });
    const { platform, pipelines } = stack;
    const of = { platform, pipelines: [...pipelines.values()] };
    const plain = { issuer: 'a', audience: 'b', jwksUrl: 'http://login.example.com' };
    expect(() => new HttpApi(stack, 'Plain', { ...of, jwt: plain })).toThrow(/jwksUrl/);
  });

  test('rings when it fails, and when it is flooded', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.map(({ Properties }) => Properties.AlarmDescription.split('runbook.md')[1]).sort()).toEqual([
      '#apifailed',
      '#throttled',
    ]);
  });

  test('is there only where it is asked for, and of 25 pipelines at most', () => {
    const { platform, pipelines } = stack;
    const [scores] = pipelines.values();
    const many = Array.from({ length: 26 }, () => scores).flatMap((each) => each ?? []);
    expect(() => new HttpApi(stack, 'None', { platform, pipelines: [] })).toThrow(/1 to 25 pipelines/);
    expect(() => new HttpApi(stack, 'Many', { platform, pipelines: many })).toThrow(/1 to 25 pipelines/);
    expect(() => new HttpApi(stack, 'Slow', { platform, pipelines: many, ratePerCaller: 0 })).toThrow(/ratePerCaller/);
  });
});
