import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, expect, test } from 'vitest';
import { Platform, QueueDedicatedClone } from '../../../infra/index.ts';
import { removeSynths, SYNTH_MS, withoutBundles } from '../synth.ts';

afterAll(removeSynths);

test('clones of one function in two stacks have policies of two names, as the role would keep the later alone, and alarms', {
  timeout: SYNTH_MS,
}, () => {
  const app = new App(withoutBundles());
  const of = new LambdaFunction(new Stack(app, 'Shop'), 'Scores', {
    code: Code.fromInline('exports.handler = async () => ({ score: 1 });'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const platform = new Platform(new Stack(app, 'Jobs'), 'Platform', { stage: 'dev' });
  const stacks = ['First', 'Second'].map((id) => new Stack(app, id));
  for (const stack of stacks) new QueueDedicatedClone(stack, 'Clone', { platform, of });
  const names = stacks.flatMap((stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).map(
      ({ Properties }) => Properties.PolicyName,
    ),
  );
  const metrics = stacks.map((stack) => {
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
    });
    const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    const [{ MetricName }] = filter?.Properties.MetricTransformations ?? [];
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Threshold: 5 });
    return MetricName;
  });
  expect(new Set(metrics).size).toBe(2);
  expect(names).toEqual([expect.stringContaining('First'), expect.stringContaining('Second')]);
});
