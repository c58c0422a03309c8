import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { Pipeline, QueueDedicatedClone } from '../../infra/index.ts';
import { removeSynths, SYNTH_MS } from './synth.ts';
import { ENTRY, said, theirApp } from './their-app.ts';

afterAll(removeSynths);

describe('a wrong value is refused, with what was received and what is allowed', () => {
  const stage = (props: object) => () => theirApp(() => props);
  const pipeline = (props: object) => () =>
    theirApp(
      () => ({}),
      () => props,
    );
  const endpoint = (url: string) => () => QueueDedicatedClone.fromUrl(new Stack(), url);

  test.each([
    [
      'a stage with an underscore',
      stage({ stage: 'a_b' }),
      'Shop/Jobs: stage must be 1 to 18 letters, digits or hyphens; received "a_b".',
    ],
    ['no stage', stage({ stage: undefined }), 'stage must be 1 to 18'],
    ['a sender', stage({ mail: { from: 'nobody' } }), 'mail.from must be an email address; received "nobody".'],
    ['who hears alarms', stage({ alarmEmail: 'x' }), 'alarmEmail must be an email address; received "x".'],
    [
      'days',
      stage({ orphanedObjectDays: 0.5 }),
      'orphanedObjectDays must be a whole number from 1 to 36500; received 0.5.',
    ],
    ['a retention', stage({ logRetention: 8 }), 'logRetention must be one of: the days of RetentionDays; received 8.'],
    [
      'a removal',
      stage({ removalPolicy: 'snapshot' }),
      'removalPolicy must be one of: RemovalPolicy.DESTROY, RETAIN, RETAIN_ON_UPDATE_OR_DELETE; received "snapshot".',
    ],
    [
      'a group without a network',
      stage({ securityGroups: [] }),
      'securityGroups must be given together with vpc; received "no vpc".',
    ],
    [
      'a variable of ours',
      pipeline({ environment: { MP_TABLE: 'x' } }),
      'Shop/ScoresJob: environment must be a name of letters, digits and _ that does not begin with MP_; received "MP_TABLE".',
    ],
    [
      'memory',
      pipeline({ memoryMB: { forwarder: 64 } }),
      'memoryMB.forwarder must be a whole number from 128 to 10240; received 64.',
    ],
    [
      'memory of no function',
      pipeline({ memoryMB: { forwarders: 512 } }),
      /a key of memoryMB must be one of: "splitter", .*; received "forwarders"\./,
    ],
    [
      'an entry',
      pipeline({ entry: 'pipelines/nowhere.ts' }),
      'A pipeline is defined by pipelines/nowhere.ts; there is no such file.',
    ],
    [
      'an address',
      endpoint('scores.internal'),
      'url must be http(s)://host[:port][/path]; received "scores.internal".',
    ],
    ['an address with a password', endpoint('https://me:secret@scores.internal'), 'url must be'],
    [
      'another network for a clone',
      otherNetwork,
      'vpc must be left to the function that is cloned; received "another network".',
    ],
    [
      'an imported function to clone',
      importedClone,
      'of must be a Function that this app makes: of an imported one the code is not known',
    ],
  ])('%s', { timeout: SYNTH_MS }, (_, make, message) => {
    const words = said(make);
    if (message instanceof RegExp) expect(words).toMatch(message);
    else expect(words).toContain(message);
  });

  test('two pipelines of one name on one platform', { timeout: SYNTH_MS }, () => {
    const { stack, platform } = theirApp();
    const clone = QueueDedicatedClone.fromUrl(stack, 'https://scores.internal');
    expect(said(() => new Pipeline(stack, 'Again', { entry: ENTRY, platform, clone }))).toContain(
      'the name of each pipeline must be another one; received "scores".',
    );
  });
});

function otherNetwork() {
  const { stack, platform } = theirApp();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] });
  const of = new LambdaFunction(stack, 'Other', {
    code: Code.fromInline('exports.handler = () => 1;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  new QueueDedicatedClone(stack, 'Clone', { platform, of, vpc });
}

function importedClone() {
  const { stack, platform } = theirApp();
  const imported = LambdaFunction.fromFunctionName(stack, 'Imported', 'somewhere');
  // As JavaScript can, which no type holds back.
  Reflect.construct(QueueDedicatedClone, [stack, 'Clone', { platform, of: imported }]);
}
