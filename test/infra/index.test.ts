import { App, NestedStack, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  Code,
  DockerImageCode,
  DockerImageFunction,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EndpointBinding, Pipeline, Platform, QueueDedicatedClone } from '../../infra/index.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { aggregateMessage } from '../../shared/domain/messages.ts';
import { engineOf, removeSynths, SYNTH_MS, withoutBundles } from './synth.ts';
import { ENTRY, functionsOf, said, theirApp } from './their-app.ts';

afterAll(removeSynths);

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
    const paths = findingsIn(theirApp().app);
    expect(paths).toContain('Shop/Scores/ServiceRole/Resource');
    expect(paths.filter((path) => !/^Shop\/(Scores|Companies)\//.test(path))).toEqual([]);
  });
});

/** Paths of what cdk-nag finds. */
function findingsIn(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return [...said(() => app.synth()).matchAll(/^ +(\S+\/\S+) aws-cdk-lib/gm)].map(([, path = '']) => path);
}

describe('everything is a property', () => {
  let template: Template;
  const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/ours';
  const boundary = 'arn:aws:iam::123456789012:policy/as-far-as-here';
  beforeAll(() => {
    const network = (stack: Stack) => {
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-1',
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        privateSubnetIds: ['subnet-a', 'subnet-b'],
      });
      return { vpc, securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')] };
    };
    const { stack } = theirApp(
      (stack) => ({
        ...network(stack),
        environment: { LOG_LEVEL: 'DEBUG', REGION_NAME: 'west' },
        logRetention: RetentionDays.FIVE_DAYS,
        removalPolicy: RemovalPolicy.DESTROY,
        permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', boundary),
        tags: { team: 'scoring', cost: '42' },
        alarmEmail: 'ops@your-company.com',
        mail: { from: 'reports@your-company.com', identity: 'your-company.com' },
        orphanedObjectDays: 50,
        pointInTimeRecovery: true,
        objectsKey: Key.fromKeyArn(stack, 'Key', KEY),
      }),
      () => ({
        environment: { REGION_NAME: 'far west' },
        tags: { cost: '43' },
        logRetention: RetentionDays.ONE_DAY,
        memoryMB: { aggregator: 3_008 },
        grants: {
          splitter: [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::companies/*'] })],
        },
      }),
    );
    template = Template.fromStack(stack);
  }, SYNTH_MS);
  const ours = () => functionsOf(template, 'scores: ');

  test('a mail that comes back reaches the aggregator of its pipeline and stage', () => {
    template.hasResourceProperties('AWS::SES::ConfigurationSetEventDestination', {
      EventDestination: { MatchingEventTypes: ['bounce'], EventBridgeDestination: {} },
    });
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    const set = { Ref: expect.stringContaining('MailEvents') };
    expect(rule?.Properties.EventPattern.detail).toEqual({
      mail: { tags: { 'ses:configuration-set': [set], pipeline: ['scores'] } },
    });
    const [{ Arn, InputTransformer }] = rule?.Properties.Targets ?? [];
    expect(JSON.stringify(Arn)).toContain('AggregateQueue');
    // As EventBridge fills it in: a text's quotes stand in the template, a list brings its own.
    const filled: string = InputTransformer.InputTemplate.replace(/"?<([^>]+)>"?/g, (_: string, name: string) =>
      JSON.stringify(
        { run: 'march.2', bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'a@b.org' }] }[
          lastOf(InputTransformer.InputPathsMap[name])
        ],
      ),
    );
    expect(aggregateMessage.parse(JSON.parse(filled))).toMatchObject({ type: 'bounced', run: 'march~2' });
  });

  test('the key encrypts the bucket, and whoever may use objects may use it, through S3 alone', () => {
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(bucket?.Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
      },
    ]);
    const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
      Object.values(template.findResources(type)).map(({ Properties }) => Properties.PolicyDocument.Statement),
    );
    const of = (sid: string) => policies.flatMap((all) => all.filter((one: { Sid?: string }) => one.Sid === sid));
    expect(of('ObjectsKey').length).toBeGreaterThan(0);
    expect(of('ObjectsKey')).toHaveLength(of('Objects').length);
    for (const { Resource, Condition } of of('ObjectsKey'))
      expect([Resource, Condition]).toEqual([
        KEY,
        { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      ]);
  });

  test('network: each function is in it, and may join it', () => {
    expect(ours()).toHaveLength(5);
    for (const { VpcConfig } of ours())
      expect(VpcConfig).toEqual({ SecurityGroupIds: ['sg-1'], SubnetIds: ['subnet-a', 'subnet-b'] });
    const joins = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('ec2:CreateNetworkInterface'),
    );
    expect(joins).toHaveLength(5);
  });

  test("environment and tags: the pipeline's come on top of the platform's", () => {
    for (const { Environment } of ours())
      expect(Environment.Variables).toMatchObject({ LOG_LEVEL: 'DEBUG', REGION_NAME: 'far west' });
    // The service's are the service's.
    const [clone] = functionsOf(template, 'ScoresClone');
    expect(clone.Environment.Variables).toEqual({ TABLE: expect.anything() });
    const tagsOf = (tags: { Key: string; Value: string }[]) =>
      Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
    for (const { Tags } of ours()) expect(tagsOf(Tags)).toEqual({ team: 'scoring', cost: '43' });
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(tagsOf(bucket?.Properties.Tags)).toMatchObject({ team: 'scoring', cost: '42' });
  });

  test('memory, grants and reserved concurrency, of single functions', () => {
    const memory = ours().map(({ Description, MemorySize }) => [Description.split(' ')[1], MemorySize]);
    expect(Object.fromEntries(memory)).toMatchObject({ reduces: 3_008, starts: 1_024 });
    const reading = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('arn:aws:s3:::companies/*'),
    );
    expect(reading.map(({ Properties }) => Properties.Roles)).toEqual([
      [{ Ref: expect.stringMatching(/^ScoresJobSplitterRole/) }],
    ]);
  });

  test('boundary: of each role of ours, and of no other', () => {
    const bounds = Object.entries(template.findResources('AWS::IAM::Role')).map(([id, { Properties }]) => {
      return [id, Properties.PermissionsBoundary] as const;
    });
    const own = bounds.filter(([id]) => /^(Jobs|ScoresJob|ScoresClone)/.test(id));
    expect(own.length).toBeGreaterThan(6);
    for (const [id, bound] of own) expect(bound, id).toBe(boundary);
    expect(bounds.filter(([id, bound]) => /^(Scores[^JC]|Nightly)/.test(id) && bound)).toEqual([]);
  });

  test('logs, table and bucket: kept as long as they say', () => {
    const logs = Object.entries(template.findResources('AWS::Logs::LogGroup'));
    const days = (id: RegExp) =>
      logs.filter(([of]) => id.test(of)).map(([, { Properties }]) => Properties.RetentionInDays);
    expect(days(/^ScoresJob/)).toEqual(Array(5).fill(1));
    expect(days(/^ScoresClone/)).toEqual([5]);
    for (const [, { DeletionPolicy }] of logs) expect(DeletionPolicy).toBe('Delete');
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ Prefix: 'runs/', ExpirationInDays: 50 })]) },
    });
  });

  test('mail and alarms have their addresses', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@your-company.com' });
    template.resourceCountIs('AWS::SES::EmailIdentity', 0);
    const [aggregator] = functionsOf(template, 'scores: reduces');
    expect(aggregator.Environment.Variables.MP_MAIL_FROM).toBe('reports@your-company.com');
  });
});

test('without a word, everything is kept but what a failed first deployment made, which nothing keeps it from taking back', {
  timeout: SYNTH_MS,
}, () => {
  const template = Template.fromStack(theirApp().stack);
  for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'])
    for (const [id, { DeletionPolicy }] of Object.entries(template.findResources(type)))
      expect(DeletionPolicy, id).toBe('RetainExceptOnCreate');
  for (const { Properties } of Object.values(template.findResources('AWS::Logs::LogGroup')))
    expect(Properties.RetentionInDays).toBe(90);
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })],
  });
});

test("a service of their own is called as it is, by nobody's right", { timeout: SYNTH_MS }, () => {
  const stack = new Stack(new App(withoutBundles()), 'Shop');
  const platform = new Platform(stack, 'Jobs', { stage: 'dev' });
  const clone = QueueDedicatedClone.fromUrl(stack, 'http://scores.internal:8080/jobs/');
  new Pipeline(stack, 'Scores', { entry: ENTRY, platform, clone });
  const template = Template.fromStack(stack);
  const [forwarder] = functionsOf(template, 'scores: calls the service');
  expect(forwarder.Environment.Variables).toMatchObject({
    MP_ENDPOINT_URL: 'http://scores.internal:8080/jobs',
    MP_ENDPOINT_AUTH: 'NONE',
  });
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('lambda:InvokeFunctionUrl');
});

/** An image as service, and a pipeline in another stack, nested, than its platform and its clone. */
function scattered() {
  const app = new App(withoutBundles());
  const shop = new Stack(app, 'Shop');
  const images = Repository.fromRepositoryName(shop, 'Images', 'scores');
  const code = DockerImageCode.fromEcr(images, { cmd: ['jobs.handler'] });
  const platform = new Platform(shop, 'Jobs', { stage: 'dev' });
  const of = new DockerImageFunction(shop, 'Scores', { code });
  const clone = new QueueDedicatedClone(shop, 'Clone', { platform, of });
  const stack = new NestedStack(new Stack(app, 'Nightly'), 'Scores');
  new Pipeline(stack, 'Pipeline', { entry: ENTRY, platform, clone });
  return { app, shop, stack };
}

test('an image is deployed once more; a pipeline may stand in another stack than its platform and clone', {
  timeout: SYNTH_MS,
}, () => {
  const { shop, stack } = scattered();
  const [copy] = functionsOf(Template.fromStack(shop), 'Clone, queue-dedicated clone');
  expect(copy).toMatchObject({ PackageType: 'Image', ImageConfig: { Command: ['jobs.handler'] } });
  expect(copy.Code).toEqual({ ImageUri: expect.anything() });
  const template = Template.fromStack(stack);
  const [forwarder] = functionsOf(template, 'scores: calls the service');
  expect(JSON.stringify(forwarder.Environment.Variables.MP_ENDPOINT_URL)).toMatch(/CloneQueueFunction/);
  template.hasResourceProperties('AWS::SSM::Parameter', {
    Value: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('"stack":"Nightly"')])] },
  });
  const paths = findingsIn(scattered().app);
  expect(paths).toContain('Shop/Scores/ServiceRole/Resource');
  expect(paths.filter((path) => !path.startsWith('Shop/Scores/'))).toEqual([]);
});

describe('a function is cloned', () => {
  const code = Code.fromInline('exports.handler = async () => ({ score: 1 });');
  const statement = () => new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::companies/*'] });

  /** The service in one place, its clone and a pipeline that calls it in another. */
  function apart(place: (app: App, service: Stack) => { service: Stack; rest: Stack }) {
    const app = new App(withoutBundles());
    const { service, rest } = place(app, new Stack(app, 'Service'));
    const table = new Table(service, 'Companies', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    const of = new LambdaFunction(service, 'Scores', { code, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });
    const platform = new Platform(rest, 'Jobs', { stage: 'dev' });
    const clone = new QueueDedicatedClone(rest, 'Clone', {
      platform,
      of,
      grants: [statement()],
      reservedConcurrency: 9,
    });
    const scores = new Pipeline(rest, 'Scores', { entry: ENTRY, platform, clone });
    if (of.role) scores.grantStart(of.role);
    of.addEnvironment('TABLE', table.tableName);
    table.grantReadData(of);
    return { app, service, rest };
  }

  test.each<[string, Parameters<typeof apart>[0]]>([
    ['from another stack', (app, service) => ({ service, rest: new Stack(app, 'Jobs') })],
    ['from a nested stack', (_, service) => ({ service, rest: new NestedStack(service, 'Jobs') })],
    ['out of a nested stack', (_, rest) => ({ service: new NestedStack(rest, 'Theirs'), rest })],
  ])('%s: its stacks need each other in one direction', { timeout: SYNTH_MS }, (_, place) => {
    const { service, rest } = apart(place);
    // Template.fromStack refuses a template in which resources need each other in a circle.
    const [ofService, ofRest] = [Template.fromStack(service), Template.fromStack(rest)];
    const [copy] = functionsOf(ofRest, 'Clone, queue-dedicated clone');
    expect(Object.keys(copy.Environment.Variables)).toEqual(['TABLE']);
    const rights = Object.values(ofRest.findResources('AWS::IAM::Policy')).map(({ Properties }) => Properties);
    const own = rights.find(({ PolicyDocument }) => JSON.stringify(PolicyDocument).includes('companies/*'));
    expect(own?.PolicyDocument.Statement.map(({ Action }: { Action: unknown }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      's3:GetObject',
    ]);
    expect(own?.Roles).toHaveLength(1);
    // What the service may do is left as it was: its own stack has nothing of the clone's.
    if (service !== rest.nestedStackParent) expect(JSON.stringify(ofService)).not.toContain('companies/*');
  });

  test('what lets less through than the definition says is said at synthesis', { timeout: SYNTH_MS }, () => {
    const { app } = apart((app, service) => ({ service, rest: new Stack(app, 'Jobs') }));
    const warnings = Annotations.fromStack(find(app, 'Jobs')).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => String(entry.data)).filter((text) => text.includes('microprocess:'))).toEqual([
      expect.stringContaining('ends each call after 3 s, though the definition waits for 10 s'),
      expect.stringContaining('takes 9 calls at once (reservedConcurrency), though the definition makes up to 512'),
    ]);
  });

  function find(app: App, id: string): Stack {
    const stack = app.node.findChild(id);
    if (!(stack instanceof Stack)) throw new TypeError(`${id} is no stack.`);
    return stack;
  }
});

describe('what a pipeline calls may be', () => {
  test.each<[string, (stack: Stack, fn: LambdaFunction) => EndpointBinding, auth: string, url: RegExp]>([
    ['an address', () => 'https://scores.example.com/jobs/', 'NONE', /^"https:\/\/scores.example.com\/jobs"$/],
    ['a function, which gets a URL', (_, fn) => fn, 'IAM', /Theirs.*FunctionUrl/],
    [
      'a function that has a URL',
      (_, fn) => {
        fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
        return fn;
      },
      'IAM',
      /Theirs.*FunctionUrl/,
    ],
    ['a function URL', (_, fn) => fn.addFunctionUrl(), 'IAM', /Theirs.*FunctionUrl/],
    [
      'a load balancer',
      (stack) => new ApplicationLoadBalancer(stack, 'Balancer', { vpc: networkIn(stack) }),
      'NONE',
      /"https:\/\/",.*Balancer.*DNSName/,
    ],
  ])('%s', { timeout: SYNTH_MS }, (_, bind, auth, url) => {
    const stack = new Stack(new App(withoutBundles()), 'Shop');
    const theirs = new LambdaFunction(stack, 'Theirs', {
      code: Code.fromInline('exports.handler = () => 1;'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    const platform = new Platform(stack, 'Jobs', { stage: 'dev' });
    new Pipeline(stack, 'Scores', { entry: ENTRY, platform, clone: bind(stack, theirs) });
    const template = Template.fromStack(stack);
    const { Variables } = functionsOf(template, 'scores: calls the service')[0].Environment;
    expect(Variables.MP_ENDPOINT_AUTH).toBe(auth);
    expect(JSON.stringify(Variables.MP_ENDPOINT_URL)).toMatch(url);
    const calls = JSON.stringify(template.findResources('AWS::IAM::Policy')).includes('lambda:InvokeFunctionUrl');
    expect(calls).toBe(auth === 'IAM');
  });
});

const networkIn = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
  });

test('the forwarder alone may read the secrets that an endpoint names, and call the API that it is', {
  timeout: SYNTH_MS,
}, () => {
  const app = new App(withoutBundles());
  const stack = new Stack(app, 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const url = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod';
  const definitions = [
    { name: 'keyed', endpoint: { name: 'scores', path: '/', auth: { type: 'bearer', secret: 'scores/token' } } },
    { name: 'signed', endpoint: { url, path: '/', auth: { type: 'iam', service: 'execute-api' } } },
  ] as const;
  const engine = engineOf(definitions.map((of) => definePipeline({ ...of, source: list(() => []) })));
  const platform = new Platform(stack, 'Jobs', { stage: 'dev' }, engine);
  new Pipeline(stack, 'Keyed', { entry: 'keyed', platform, clone: 'https://scores.example.com' });
  new Pipeline(stack, 'Signed', { entry: 'signed', platform });
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(
    ([id, { Properties }]) => Properties.PolicyDocument.Statement.map((of: object) => ({ id, ...of })),
  );
  const granted = (action: string) => statements.filter(({ Action }) => Action === action);
  expect(granted('secretsmanager:GetSecretValue')).toMatchObject([
    {
      id: expect.stringMatching(/^KeyedForwarderRole/),
      Resource: {
        'Fn::Join': ['', expect.arrayContaining([':secretsmanager:eu-west-1:123456789012:secret:scores/token-??????'])],
      },
    },
  ]);
  expect(granted('execute-api:Invoke')).toMatchObject([{ id: expect.stringMatching(/^SignedForwarderRole/) }]);
  expect(findingsIn(app).filter((path) => /Forwarder/.test(path))).toEqual([]);
});

test('a clone that wants IAM gets no calls with a secret', { timeout: SYNTH_MS }, () => {
  const stack = new Stack(new App(withoutBundles()), 'Shop');
  const auth = { type: 'bearer', secret: 'a' } as const;
  const engine = engineOf([
    definePipeline({ name: 'a', source: list(() => []), endpoint: { name: 'b', path: '/', auth } }),
  ]);
  const platform = new Platform(stack, 'Jobs', { stage: 'dev' }, engine);
  const fn = LambdaFunction.fromFunctionArn(stack, 'Fn', 'arn:aws:lambda:eu-west-1:123456789012:function:b');
  const clone = QueueDedicatedClone.fromFunction(fn, { url: 'https://x.lambda-url.eu-west-1.on.aws/' });
  expect(() => new Pipeline(stack, 'A', { entry: 'a', platform, clone })).toThrow('calls by bearer get into');
});

/** The last name of a path, such as `run` of `$.detail.mail.tags.run[0]`. */
const lastOf = (path: string) => /\.(\w+)(?:\[0\])?$/.exec(path)?.[1] ?? '';
