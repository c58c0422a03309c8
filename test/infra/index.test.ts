import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  Pipeline,
  type PipelineOptions,
  Platform,
  type PlatformProps,
  QueueDedicatedClone,
} from '../../infra/index.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';
import { SYNTH_MS, withoutBundles } from './synth.ts';

const ENTRY = `${FIXTURE_PROJECT}/pipelines/scores/index.ts`;

/** Somebody else's app: one stack with a service and a table of its own, none of our settings, and our constructs beside them. */
function theirApp(stage: Partial<PlatformProps> = {}, options: PipelineOptions = {}) {
  const app = new App(withoutBundles());
  const stack = new Stack(app, 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const table = new Table(stack, 'Companies', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  const scores = new LambdaFunction(stack, 'Scores', {
    code: Code.fromInline('exports.handler = async () => ({ score: 1 });'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_22_X,
    memorySize: 777,
    layers: [LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:123456789012:layer:their:1')],
  });
  const platform = new Platform(stack, 'Jobs', { stage: 'live-2', ...stage });
  const clone = new QueueDedicatedClone(stack, 'ScoresClone', { platform, of: scores, reservedConcurrency: 20 });
  const pipeline = new Pipeline(stack, 'ScoresJob', { entry: ENTRY, platform, clone, ...options });
  // After the clone is made: what the service gets later, the clone has too.
  table.grantReadData(scores);
  scores.addEnvironment('TABLE', table.tableName);
  table.grantReadData(pipeline.functionOf('splitter'));
  pipeline.grantStart(new Role(stack, 'Nightly', { assumedBy: new ServicePrincipal('glue.amazonaws.com') }));
  return { app, stack, platform };
}

/** Properties of the functions whose description begins so. */
function functionsOf(template: Template, description: string) {
  const all = Object.values(template.findResources('AWS::Lambda::Function'));
  return all.map(({ Properties }) => Properties).filter((of) => String(of.Description).startsWith(description));
}

describe("in somebody else's stack", () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(theirApp().stack);
  }, SYNTH_MS);

  test('the clone is the service once more: code, role, layers and variables, under another name', () => {
    const [live] = functionsOf(template, 'undefined').filter(({ MemorySize }) => MemorySize === 777);
    const [clone] = functionsOf(template, 'ScoresClone, queue-dedicated clone');
    const { Description, LoggingConfig, ReservedConcurrentExecutions, Timeout, ...same } = clone;
    expect(same).toEqual(live);
    expect(same.Environment).toEqual({ Variables: { TABLE: expect.anything() } });
    expect([Timeout, ReservedConcurrentExecutions]).toEqual([3, 20]);
    expect(clone).not.toHaveProperty('FunctionName');
  });

  test('the pipeline calls the clone alone, and is found by its record', () => {
    const [forwarder] = functionsOf(template, 'scores: calls the service');
    expect(JSON.stringify(forwarder.Environment)).toMatch(/MP_ENDPOINT_URL.*ScoresClone/);
    const calls = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => Action === 'lambda:InvokeFunctionUrl');
    expect(calls.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      expect.stringContaining('ScoresCloneQueue'),
    ]);
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/microprocess/live-2/scores',
      Value: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('"stack":"Shop"')])] },
    });
  });

  test('whoever may start it can do that and read the record', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Nightly') }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Action: 'lambda:InvokeFunction' }),
          Match.objectLike({ Action: 'ssm:GetParameter' }),
        ],
      },
    });
  });

  test('cdk-nag, if they use it, finds what is theirs and nothing of ours', () => {
    const { app } = theirApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const found = said(() => app.synth());
    const paths = [...found.matchAll(/^ +(Shop\/\S+) aws-cdk-lib/gm)].map(([, path]) => path);
    expect(paths).toContain('Shop/Scores/ServiceRole/Resource');
    expect(paths.filter((path) => !/^Shop\/(Scores|Companies)\//.test(path ?? ''))).toEqual([]);
  });
});

/** What an error says; empty where there is none. */
function said(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return String(error);
  }
}
