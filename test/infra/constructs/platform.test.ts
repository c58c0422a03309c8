import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { Platform } from '../../../infra/index.ts';
import { removeSynths, SYNTH_MS, withoutBundles } from '../synth.ts';

afterAll(removeSynths);

test("alarms of the account, and of no other, may publish to the stage's topic, by TLS alone", {
  timeout: SYNTH_MS,
}, () => {
  const stack = new Stack(new App(withoutBundles()), 'Jobs', {
    env: { account: '123456789012', region: 'eu-west-1' },
  });
  new Platform(stack, 'Platform', { stage: 'dev' });
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::SNS::TopicPolicy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const topic = { Ref: expect.stringMatching(/^PlatformAlarms/) };
  expect(statements).toHaveLength(2);
  expect(statements).toContainEqual({
    Sid: 'AlarmsOfThisAccount',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topic,
    Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
  });
  expect(statements).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
});
