import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect } from 'vitest';
import {
  Pipeline,
  type PipelineOptions,
  Platform,
  type PlatformProps,
  QueueDedicatedClone,
} from '../../infra/index.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';
import { withoutBundles } from './synth.ts';

export const ENTRY = `${FIXTURE_PROJECT}/pipelines/scores/index.ts`;

/** Somebody else's app: one stack with a service and a table of its own, none of our settings, and our constructs beside them. */
export function theirApp(
  stage: (stack: Stack) => Partial<PlatformProps> = () => ({}),
  options: (stack: Stack) => PipelineOptions = () => ({}),
) {
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
  const platform = new Platform(stack, 'Jobs', { stage: 'live-2', ...stage(stack) });
  const clone = new QueueDedicatedClone(stack, 'ScoresClone', { platform, of: scores, reservedConcurrency: 20 });
  const pipeline = new Pipeline(stack, 'ScoresJob', { entry: ENTRY, platform, clone, ...options(stack) });
  // After the clone is made: what the service gets later, the clone has too.
  table.grantReadData(scores);
  scores.addEnvironment('TABLE', table.tableName);
  table.grantReadData(pipeline.functionOf('splitter'));
  pipeline.grantStart(new Role(stack, 'Nightly', { assumedBy: new ServicePrincipal('glue.amazonaws.com') }));
  return { app, stack, platform };
}

/** Properties of the functions whose description begins so. */
export function functionsOf(template: Template, description: string) {
  const all = Object.values(template.findResources('AWS::Lambda::Function'));
  return all.map(({ Properties }) => Properties).filter((of) => String(of.Description).startsWith(description));
}

/** Logical ids of what a stack has on top of another, all of which it has unchanged. */
export function additions(without: Stack, withMore: Stack): string[] {
  const before = Template.fromStack(without).toJSON();
  const after = Template.fromStack(withMore).toJSON();
  const ids: string[] = [];
  for (const [section, content] of Object.entries<Record<string, unknown>>(after)) {
    const was: Record<string, unknown> = before[section] ?? {};
    expect(Object.keys(content), section).toEqual(expect.arrayContaining(Object.keys(was)));
    for (const [id, value] of Object.entries(content))
      if (id in was) expect(value, id).toEqual(was[id]);
      else ids.push(id);
  }
  return ids;
}

/** What an error says; empty where there is none. */
export function said(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return String(error);
  }
}
