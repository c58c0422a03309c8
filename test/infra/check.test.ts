import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code, FunctionUrlAuthType, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { Pipeline, Platform, QueueDedicatedClone } from '../../infra/index.ts';
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
      'Shop/ScoresJob: each name in environment must be two or more letters, digits and _ that do not begin with MP_, and no name that Lambda sets itself; received "MP_TABLE".',
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
      'vpc must be left to the function that is cloned, whose role and network the clone has; received "another one".',
    ],
    ['a variable of Lambda’s', pipeline({ environment: { AWS_REGION: 'x' } }), 'received "AWS_REGION".'],
    ['a variable of one letter', pipeline({ environment: { A: 'x' } }), 'received "A".'],
    ['a variable that is no text', stage({ environment: { PAGE: 3 } }), 'environment.PAGE must be a text; received 3.'],
    ['a tag’s value that is too long', stage({ tags: { a: 'x'.repeat(300) } }), 'tags.a must be a text of at most 256'],
    ['an identity of others', stage({ mail: { from: 'a@b.example', identity: 'c.example' } }), 'its domain b.example'],
    [
      'a sender nobody can be',
      stage({ mail: { from: 'reports@mail.example.com' } }),
      'mail.from must be an email address at a domain that is not reserved for examples, such as example.com; received',
    ],
    [
      'alarms nobody can hear',
      stage({ alarmEmail: 'ops@company.invalid' }),
      'alarmEmail must be an email address at a',
    ],
    ['what is misspelt of mail', stage({ mail: { from: 'a@b.example', identiy: 'b' } }), 'identiy must be left out'],
    ['an empty entry', pipeline({ entry: '' }), 'entry must be a text that isn’t empty'],
    ['a tag of AWS’s', stage({ tags: { 'aws:x': 'y' } }), 'each name in tags must be '],
    ['what is misspelt', stage({ vpcs: 1 }), /Shop\/Jobs: vpcs must be left out: it is none of vpc, .*; received 1\./],
    ['what is misspelt in a pipeline', pipeline({ memory: 1 }), 'Shop/ScoresJob: memory must be left out'],
    ['a network by its id', stage({ vpc: 'vpc-1' }), 'vpc must be a Vpc; received "vpc-1".'],
    ['a boundary by its name', stage({ permissionsBoundary: 'b' }), 'permissionsBoundary must be a ManagedPolicy'],
    ['a flag that is a word', stage({ pointInTimeRecovery: 'yes' }), 'must be one of: true, false; received "yes".'],
    ['a sender that is no object', stage({ mail: 'a@example.com' }), 'mail must be an object with `from`'],
    [
      'grants that are none',
      pipeline({ grants: { splitter: ['s3:*'] } }),
      'grants.splitter must be a list, each a Pol',
    ],
    ['a clone by half an address', pipeline({ clone: 'scores' }), 'url must be http(s)://host'],
    [
      'a clone that is none',
      pipeline({ clone: { url: 'https://x' } }),
      'clone (for companies) must be an address, a Function',
    ],
    ['no clone', pipeline({ clone: undefined }), 'clone (for companies) must be an address, a Function'],
    ['no platform', pipeline({ platform: undefined }), 'platform must be a Platform; received undefined.'],
    ['no definition', pipeline({ entry: undefined }), 'entry must be a text that isn’t empty; received undefined.'],
    ['no properties', () => Reflect.construct(Platform, [new Stack(), 'Jobs']), 'the properties must be an object'],
    ['a clone of nothing', clone({}), 'Clone: one of entry and of must be given, and not both; received "neither".'],
    ['a clone of two', clone({ of: {}, entry: 'x' }), 'must be given, and not both; received "both".'],
    ['a clone with grants that are none', clone({ of: {}, grants: {} }), 'grants must be a list'],
    [
      'a clone with another boundary',
      clone({ of: {}, permissionsBoundary: BOUNDARY }),
      'permissionsBoundary must be left',
    ],
    ['a function behind an open URL', openUrl, 'the authType of its URL must be FunctionUrlAuthType.AWS_IAM'],
    [
      'another region',
      elsewhere,
      'the region of its stack must be that of its platform, eu-west-1; received "us-east-1".',
    ],
    [
      'an imported function to clone',
      importedClone,
      'of must be a Function that this app makes: an imported one has no code that CloudFormation could copy',
    ],
  ])('%s', { timeout: SYNTH_MS }, (_, make, message) => {
    const words = said(make);
    if (message instanceof RegExp) expect(words).toMatch(message);
    else expect(words).toContain(message);
  });

  test('a wrapper of the runtime is no variable that Lambda sets', { timeout: SYNTH_MS }, () => {
    expect(said(stage({ environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' } }))).toBe('');
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

const BOUNDARY = { managedPolicyArn: 'arn:aws:iam::123456789012:policy/here' };

const clone = (props: object) => () => {
  const { stack, platform } = theirApp();
  Reflect.construct(QueueDedicatedClone, [stack, 'Clone', { platform, ...props }]);
};

function openUrl() {
  const fn = new LambdaFunction(new Stack(), 'Open', {
    code: Code.fromInline('exports.handler = () => 1;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  QueueDedicatedClone.fromFunction(fn, fn.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }));
}

function elsewhere() {
  const { app, platform } = theirApp();
  const far = new Stack(app, 'Far', { env: { region: 'us-east-1', account: '123456789012' } });
  const clone = QueueDedicatedClone.fromUrl(far, 'https://scores.internal');
  new Pipeline(far, 'Scores', { entry: ENTRY, platform, clone });
}

function importedClone() {
  const { stack, platform } = theirApp();
  const imported = LambdaFunction.fromFunctionName(stack, 'Imported', 'somewhere');
  // As JavaScript can, which no type holds back.
  Reflect.construct(QueueDedicatedClone, [stack, 'Clone', { platform, of: imported }]);
}
