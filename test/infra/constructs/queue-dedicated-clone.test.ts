import { App, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage, FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  Code,
  DockerImageCode,
  DockerImageFunction,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Platform, QueueDedicatedClone } from '../../../infra/index.ts';
import { removeSynths, SYNTH_MS, withoutBundles } from '../synth.ts';
import { additions, said } from '../their-app.ts';
import { IMAGE, liveServices } from './clones.ts';

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

/** A function of a pipeline, in the network of the live services or in none. */
function caller(stack: Stack, id: string, network?: IVpc) {
  return new LambdaFunction(stack, id, {
    code: Code.fromInline('exports.handler = async () => 1;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    ...(network && { vpc: network }),
  });
}

/** What a team runs, with a clone of each. */
function cloned() {
  const live = liveServices();
  const { stack, platform, fn, service, web, listener, vpc } = live;
  const tasks = QueueDedicatedClone.ofService(stack, 'Tasks', {
    ...{ platform, of: service, maxTasks: 20, requestsPerTaskMinute: 3_000 },
    route: { listener, url: 'https://scores-queue.example.com/', priority: 5 },
    environment: { LEVEL: 'WARN' },
    timeoutSeconds: 50,
    minTasks: 0,
    scheduledMinimum: [
      { cron: '50 1 1 * *', timeZone: 'Australia/Sydney', tasks: 10 },
      { cron: '0 6 1 * *', timeZone: 'Australia/Sydney', tasks: 0 },
    ],
  });
  const inside = { platform, of: service, maxTasks: 2, requestsPerTaskMinute: 3_000 };
  const clones = {
    fn: new QueueDedicatedClone(stack, 'FnClone', { platform, of: fn, reservedConcurrency: 20 }),
    tasks,
    inside: QueueDedicatedClone.ofService(stack, 'Inside', inside),
    web: QueueDedicatedClone.ofWebFunction(stack, 'WebClone', { of: web, maxEnvironments: 50, rateLimit: 500 }),
  };
  const [inNetwork, outside] = [caller(stack, 'CallerIn', vpc), caller(stack, 'CallerOut')];
  clones.web.grantCall(outside);
  clones.tasks.grantCall(outside);
  clones.tasks.grantCall(inNetwork);
  clones.inside.grantCall(inNetwork);
  return { ...live, clones, outside };
}

describe('what a team runs is cloned', () => {
  let built: ReturnType<typeof cloned>;
  let template: Template;
  let added: string[];
  beforeAll(() => {
    built = cloned();
    added = additions(liveServices().stack, built.stack);
    template = Template.fromStack(built.stack);
  }, SYNTH_MS);
  const resources = (type: string, id: RegExp) =>
    Object.entries(template.findResources(type))
      .filter(([name]) => id.test(name))
      .map(([, { Properties }]) => Properties);

  test('nothing live is replaced or changed: each clone only adds', () => {
    expect(added.length).toBeGreaterThanOrEqual(30);
    expect(added.filter((id) => !/^(Tasks|Inside|WebClone|FnClone|.*Caller)/.test(id))).toEqual([]);
  });

  test('a function: the same code, role and runtime; another concurrency, log and URL, behind IAM', () => {
    const [live] = resources('AWS::Lambda::Function', /^Fn[0-9A-F]{8}$/);
    const [clone] = resources('AWS::Lambda::Function', /^FnClone/);
    expect([clone.Code, clone.Role, clone.Runtime]).toEqual([live.Code, live.Role, live.Runtime]);
    expect(clone.ReservedConcurrentExecutions).toBe(20);
    expect(resources('AWS::Lambda::Url', /^FnClone/)).toMatchObject([{ AuthType: 'AWS_IAM' }]);
  });

  test('an ECS service: the same image digest, roles, size and network; tasks, log and target group of its own', () => {
    const [live] = resources('AWS::ECS::TaskDefinition', /^Task[0-9A-F]{8}$/);
    const [copy] = resources('AWS::ECS::TaskDefinition', /^TasksTask/);
    const { ContainerDefinitions: before, Family, ...shared } = live;
    const { ContainerDefinitions: after, ...rest } = copy;
    expect(rest).toEqual(shared);
    const [{ Environment, LogConfiguration, ...container }] = after;
    const [{ Environment: ofLive, LogConfiguration: log, ...same }] = before;
    expect(container).toEqual(same);
    expect(container.Image).toBe(IMAGE);
    expect(Environment).toEqual(expect.arrayContaining([{ Name: 'LEVEL', Value: 'WARN' }]));
    expect(Environment).toHaveLength(ofLive.length);
    expect(LogConfiguration.Options).toEqual({
      ...log.Options,
      'awslogs-group': { Ref: expect.stringMatching(/^TasksTaskLogs/) },
    });
    const [liveService] = resources('AWS::ECS::Service', /^Service/);
    const [service] = resources('AWS::ECS::Service', /^TasksService/);
    for (const name of ['Cluster', 'LaunchType', 'NetworkConfiguration'])
      expect(service[name], name).toEqual(liveService[name]);
    expect(service.LoadBalancers).toEqual([
      { ContainerName: 'web', ContainerPort: 8_080, TargetGroupArn: { Ref: expect.stringMatching(/^TasksTargets/) } },
    ]);
  });

  test('it is found by its host on the live listener, and tasks that leave finish their calls', () => {
    expect(built.clones.tasks.url).toBe('https://scores-queue.example.com');
    expect(resources('AWS::ElasticLoadBalancingV2::ListenerRule', /^Tasks/)).toMatchObject([
      {
        Priority: 5,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['scores-queue.example.com'] } }],
        Actions: [{ Type: 'forward', TargetGroupArn: { Ref: expect.stringMatching(/^TasksTargets/) } }],
      },
    ]);
    const [targets] = resources('AWS::ElasticLoadBalancingV2::TargetGroup', /^Tasks/);
    expect(targets.TargetGroupAttributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '80' });
  });

  test('tasks follow requests within bounds that the clock moves, also down to none once nobody calls', () => {
    expect(resources('AWS::ApplicationAutoScaling::ScalableTarget', /^Tasks/)).toMatchObject([
      {
        ...{ MinCapacity: 0, MaxCapacity: 20 },
        ScheduledActions: [
          { Schedule: 'cron(50 1 1 * ? *)', Timezone: 'Australia/Sydney', ScalableTargetAction: { MinCapacity: 10 } },
          { Schedule: 'cron(0 6 1 * ? *)', ScalableTargetAction: { MinCapacity: 0 } },
        ],
      },
    ]);
    const [policy] = resources('AWS::ApplicationAutoScaling::ScalingPolicy', /^Tasks/);
    const { TargetValue, CustomizedMetricSpecification } = policy.TargetTrackingScalingPolicyConfiguration;
    expect(TargetValue).toBe(3_000);
    expect(CustomizedMetricSpecification.Metrics).toMatchObject([
      { Id: 'reported', MetricStat: { Metric: { MetricName: 'RequestCountPerTarget' } }, ReturnData: false },
      { Expression: 'FILL(reported, 0)', ReturnData: true },
    ]);
  });

  test('alarms of its own look at its own targets', () => {
    const alarms = resources('AWS::CloudWatch::Alarm', /^Tasks/);
    expect(alarms.map(({ MetricName }) => MetricName)).toEqual(['TargetConnectionErrorCount', 'UnHealthyHostCount']);
    for (const { Dimensions } of alarms)
      expect(JSON.stringify(Dimensions)).toMatch(/TasksTargets.*TargetGroupFullName/);
  });

  test('a web function: a second endpoint of the same revision, with bounds of its own, behind IAM', () => {
    const [live] = resources('AWS::Lambda::WebFunctionEndpoint', /^WebEndpoint/);
    const [clone] = resources('AWS::Lambda::WebFunctionEndpoint', /^WebClone/);
    expect([clone.RevisionWeights, clone.FunctionName]).toEqual([live.RevisionWeights, live.FunctionName]);
    expect(clone).toMatchObject({
      AuthType: 'IamAuth',
      ScalingConfig: { MaxEnvironments: 50 },
      ThrottleConfig: { RateLimit: 500 },
    });
    expect(live.ScalingConfig).toEqual({ MaxEnvironments: 10 });
    template.resourceCountIs('AWS::Lambda::WebFunctionRevision', 1);
    expect(built.clones.web.limits).toEqual({
      timeoutSeconds: 30,
      callsAtOnce: { most: 3_200, by: 'maxEnvironments' },
    });
  });

  test('rights: each may write its own log, in the roles that are there; no role is made', () => {
    const rights = resources('AWS::IAM::Policy', /^(Tasks|Inside|WebClone|FnClone)/);
    expect(rights.map(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual(
      Array(3).fill([
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^(Tasks|Inside|FnClone).*Logs/), 'Arn'] },
        },
      ]),
    );
    expect(resources('AWS::IAM::Role', /^(Tasks|Inside|WebClone|FnClone)/)).toEqual([]);
  });

  test('a pipeline gets a right or a way to its clone alone', () => {
    const { clones, outside } = built;
    expect(() => clones.inside.grantCall(outside)).toThrow('vpc of its pipeline must be');
    expect(resources('AWS::IAM::Policy', /^CallerOut/).map(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      [
        {
          Action: 'lambda:InvokeWebFunctionEndpoint',
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [expect.stringMatching(/^WebCloneEndpoint/), 'EndpointArn'] },
        },
      ],
    ]);
    const ways = resources('AWS::EC2::SecurityGroupIngress', /Caller/);
    expect(ways.map(({ GroupId, FromPort }) => [GroupId['Fn::GetAtt'][0], FromPort]).sort()).toEqual([
      [expect.stringMatching(/^BalancerSecurityGroup/), 80],
      [expect.stringMatching(/^InsideBalancerGroup/), 80],
    ]);
  });

  test('cdk-nag finds nothing in a clone', () => {
    const { app, stack, platform, cluster, task } = cloned();
    const bounds = { platform, cluster, maxTasks: 2, requestsPerTaskMinute: 3_000 };
    QueueDedicatedClone.ofTask(stack, 'OfTask', { ...bounds, of: task });
    const image = ContainerImage.fromEcrRepository(Repository.fromRepositoryName(stack, 'Images', 'scores'), 'latest');
    QueueDedicatedClone.ofImage(stack, 'OfImage', { ...bounds, image, port: 9_000, environment: { LEVEL: 'INFO' } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const findings = said(() => app.synth());
    expect(findings).toContain('Shop/Balancer/Resource');
    expect(findings).not.toMatch(/Shop\/(Tasks|Inside|WebClone|FnClone|OfTask|OfImage)\//);
  });
});

test('what can not be the same is refused or said', { timeout: SYNTH_MS }, () => {
  const { app, stack, platform, service, web, listener } = liveServices('registry.example.com/scores:latest');
  const tasks = { platform, of: service, maxTasks: 5, requestsPerTaskMinute: 600 };
  const make = (id: string, props: object) => () =>
    Reflect.apply(QueueDedicatedClone.ofService, null, [stack, id, { ...tasks, ...props }]);
  const imported = FargateService.fromFargateServiceAttributes(stack, 'Imported', {
    serviceName: 'scores',
    cluster: service.cluster,
  });
  expect(make('A', { of: imported })).toThrow('A: of must be a FargateService that this app makes');
  expect(make('B', { minTasks: 0 })).toThrow('minTasks must be at least 1, or scheduledMinimum given');
  expect(make('C', { minTasks: 6 })).toThrow('minTasks must be at most maxTasks, 5; received 6');
  expect(make('D', { scheduledMinimum: [{ cron: '0 1 * * *', tasks: 6 }] })).toThrow('from 0 to 5; received 6');
  const wrong: [id: string, scheduled: object, message: string][] = [
    ['D1', { cron: '0 1 * * *', tasks: 1, timezone: 'Europe/Berlin' }, 'scheduledMinimum[0].timezone must be left out'],
    ['D2', { cron: '0 1 * * *', tasks: 1, timeZone: 'Mars/X' }, 'D2: scheduledMinimum[0].timeZone must be a name of'],
    ['D3', { cron: '0 1 * * *', tasks: 1, timeZone: '+05:30' }, 'timeZone must be a name of'],
    ['D4', { tasks: 1 }, 'D4: scheduledMinimum[0].cron must be five fields'],
    ['D5', { cron: '0 25 * * *', tasks: 1 }, 'D5: scheduledMinimum[0].cron its hour is "25"'],
  ];
  for (const [id, scheduled, message] of wrong) expect(make(id, { scheduledMinimum: [scheduled] })).toThrow(message);
  expect(make('E', { route: { listener, url: 'scores', priority: 1 } })).toThrow('url must be http(s)://host');
  expect(make('F', { taskz: 1 })).toThrow('taskz must be left out');
  const other = new Stack(app, 'Other', { env: { region: 'eu-west-1', account: '123456789012' } });
  expect(() => QueueDedicatedClone.ofWebFunction(other, 'Web', { of: web })).toThrow(
    'its stack must be that of Shop/Web',
  );
  expect(() => QueueDedicatedClone.ofWebFunction(stack, 'Web2', { of: web, rateLimit: 150 })).toThrow(
    'rateLimit must be',
  );
  const images = Repository.fromRepositoryName(stack, 'Images', 'scores');
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const [id, tagOrDigest] of Object.entries({ ByTag: 'latest', ByDigest: digest }))
    new QueueDedicatedClone(stack, `Of${id}`, {
      platform,
      of: new DockerImageFunction(stack, id, { code: DockerImageCode.fromEcr(images, { tagOrDigest }) }),
    });
  make('G', {})();
  // From another stack: its own stack needs the service's, and never the other way round, or this throws.
  QueueDedicatedClone.ofService(other, 'Inside', tasks);
  QueueDedicatedClone.ofService(other, 'Routed', {
    ...tasks,
    route: { listener, url: 'https://scores-queue.example.com', priority: 7 },
  });
  Template.fromStack(other).resourceCountIs('AWS::ECS::Service', 2);
  expect(
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('named by a tag'))
      .map(({ id }) => id),
  ).toEqual(['/Shop/G', '/Shop/OfByTag/Queue']);
});
