import { Size, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup as Group } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  Cluster,
  Compatibility,
  ContainerImage,
  Ec2Service,
  Ec2TaskDefinition,
  Secret as EcsSecret,
  FargateTaskDefinition,
  LogDrivers,
  NetworkMode,
  ServiceManagedVolume,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QueueDedicatedClone } from '../../../infra/index.ts';
import { removeSynths, SYNTH_MS } from '../synth.ts';
import { said } from '../their-app.ts';
import { IMAGE, liveServices } from './clones.ts';

afterAll(removeSynths);

const DIGEST = `sha256:${'0'.repeat(64)}`;
const bounds = { maxTasks: 5, requestsPerTaskMinute: 600 };
const resourcesOf = (stack: Stack) => {
  const template = Template.fromStack(stack);
  return (type: string, id: RegExp) =>
    Object.entries(template.findResources(type))
      .filter(([name]) => id.test(name))
      .map(([, { Properties }]) => Properties);
};

describe('a live service', () => {
  /** A clone, after which the live service is told more: the clone has it too. */
  function followed() {
    const live = liveServices();
    const { stack, platform, service, task, targets } = live;
    QueueDedicatedClone.ofService(stack, 'Tasks', { platform, of: service, ...bounds });
    targets.configureHealthCheck({ path: '/healthy', healthyHttpCodes: '204' });
    const scratch = new ServiceManagedVolume(stack, 'Scratch', {
      name: 'scratch',
      managedEBSVolume: { size: Size.gibibytes(5) },
    });
    task.addVolume(scratch);
    if (task.defaultContainer) scratch.mountIn(task.defaultContainer, { containerPath: '/scratch', readOnly: false });
    service.addVolume(scratch);
    service.enableServiceConnect({
      namespace: 'shop',
      services: [{ portMappingName: 'web', dnsName: 'scores' }],
      logDriver: LogDrivers.awsLogs({ streamPrefix: 'connect' }),
    });
    return live;
  }
  let resources: ReturnType<typeof resourcesOf>;
  beforeAll(() => {
    resources = resourcesOf(followed().stack);
  }, SYNTH_MS);

  test('its target group says how the clone’s tasks are asked how they are', () => {
    const [live] = resources('AWS::ElasticLoadBalancingV2::TargetGroup', /^BalancerListenerLive/);
    const [clone] = resources('AWS::ElasticLoadBalancingV2::TargetGroup', /^Tasks/);
    expect(live).toMatchObject({ HealthCheckPath: '/healthy', Matcher: { HttpCode: '204' } });
    const { TargetGroupAttributes: _, Port: __, ...ofLive } = live;
    expect(clone).toMatchObject(ofLive);
  });

  test('its tasks’ volumes are each task’s own, and so the clone’s have some', () => {
    const [live] = resources('AWS::ECS::Service', /^Service/);
    const [clone] = resources('AWS::ECS::Service', /^Tasks/);
    expect(live.VolumeConfigurations).toMatchObject([{ Name: 'scratch', ManagedEBSVolume: { SizeInGiB: 5 } }]);
    expect(clone.VolumeConfigurations).toEqual(live.VolumeConfigurations);
    const [task] = resources('AWS::ECS::TaskDefinition', /^Tasks/);
    expect(task.Volumes).toEqual([{ Name: 'scratch', ConfiguredAtLaunch: true }]);
  });

  test('of Service Connect the clone calls others by their names, and is called by none', () => {
    const [live] = resources('AWS::ECS::Service', /^Service/);
    const [clone] = resources('AWS::ECS::Service', /^Tasks/);
    expect(live.ServiceConnectConfiguration.Services).toHaveLength(1);
    expect(clone.ServiceConnectConfiguration).toEqual({
      Enabled: true,
      Namespace: 'shop',
      LogConfiguration: {
        LogDriver: 'awslogs',
        Options: expect.objectContaining({
          'awslogs-group': { Ref: expect.stringMatching(/^TasksTaskLogs/) },
          'awslogs-stream-prefix': 'connect',
        }),
      },
    });
  });
});

test('a health check on another port: a load balancer of the clone’s own is let through to it', {
  timeout: SYNTH_MS,
}, () => {
  const { stack, platform, service, targets } = liveServices();
  targets.configureHealthCheck({ path: '/healthy', port: '9090' });
  QueueDedicatedClone.ofService(stack, 'Inside', { platform, of: service, ...bounds });
  const ways = resourcesOf(stack)('AWS::EC2::SecurityGroupIngress', /^InsideWay/);
  expect(ways.map(({ FromPort }) => FromPort)).toEqual([8_080, 9_090]);
});

test('a load balancer that a live service gets later, at another container, is refused', { timeout: SYNTH_MS }, () => {
  const { app, stack, platform, service, task, targets } = liveServices();
  QueueDedicatedClone.ofService(stack, 'Inside', { platform, of: service, ...bounds });
  targets.configureHealthCheck({ port: '9090' });
  expect(task.defaultContainer?.containerPort).toBe(8_080);
  expect(said(() => app.synth())).toContain('[Shop/Inside] The live service got its load balancer, or the port');
});

test('a variable that the clone is given stands in place of a secret of its name', { timeout: SYNTH_MS }, () => {
  const { stack, platform, service, task } = liveServices();
  const secret = EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Keys', 'keys'));
  for (const name of ['KEY_X', 'KEY_Y']) task.defaultContainer?.addSecret(name, secret);
  const environment = { KEY_X: 'mine' };
  QueueDedicatedClone.ofService(stack, 'Tasks', { platform, of: service, ...bounds, environment });
  const [copy] = resourcesOf(stack)('AWS::ECS::TaskDefinition', /^Tasks/);
  const [{ Environment, Secrets }] = copy.ContainerDefinitions;
  expect(Environment).toContainEqual({ Name: 'KEY_X', Value: 'mine' });
  expect(Secrets).toMatchObject([{ Name: 'KEY_Y' }]);
});

/** A stack of somebody who has the task of a live service, and its image, and not the service. */
function withoutService() {
  const live = liveServices();
  const { stack, platform, vpc, cluster, task } = live;
  const common = { platform, cluster, ...bounds };
  const group = new Group(stack, 'LiveGroup', { vpc });
  const clones = {
    task: QueueDedicatedClone.ofTask(stack, 'OfTask', { ...common, of: task, securityGroups: [group] }),
    image: QueueDedicatedClone.ofImage(stack, 'OfImage', {
      ...common,
      image: ContainerImage.fromEcrRepository(Repository.fromRepositoryName(stack, 'Images', 'scores'), DIGEST),
      port: 9_000,
      task: { cpu: 512, memoryLimitMiB: 1_024, taskRole: task.taskRole },
      environment: { LEVEL: 'WARN', AWS_REGION: 'eu-west-1', 'Logging.Level': 'info' },
      healthCheck: { path: '/healthy' },
    }),
  };
  return { ...live, clones };
}

describe('a live service that is not in this app', () => {
  let resources: ReturnType<typeof resourcesOf>;
  beforeAll(() => {
    resources = resourcesOf(withoutService().stack);
  }, SYNTH_MS);

  test('by its task: the same images, size and roles, in the cluster and the groups that are given', () => {
    const [live] = resources('AWS::ECS::TaskDefinition', /^Task[0-9A-F]{8}$/);
    const [copy] = resources('AWS::ECS::TaskDefinition', /^OfTask/);
    for (const name of ['Cpu', 'Memory', 'TaskRoleArn', 'ExecutionRoleArn'])
      expect(copy[name], name).toEqual(live[name]);
    expect(copy.ContainerDefinitions[0].Image).toBe(IMAGE);
    const [service] = resources('AWS::ECS::Service', /^OfTask/);
    expect(service).toMatchObject({
      ...{ Cluster: 'shop', LaunchType: 'FARGATE' },
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          AssignPublicIp: 'DISABLED',
          Subnets: ['subnet-a', 'subnet-b'],
          SecurityGroups: [{ 'Fn::GetAtt': [expect.stringMatching(/^LiveGroup/), 'GroupId'] }],
        },
      },
      LoadBalancers: [{ ContainerName: 'web', ContainerPort: 8_080 }],
    });
  });

  test('by its image: a task of the size and role that are given, with a log and a group of its own', () => {
    const [task] = resources('AWS::ECS::TaskDefinition', /^OfImage/);
    const [live] = resources('AWS::ECS::TaskDefinition', /^Task[0-9A-F]{8}$/);
    expect(task).toMatchObject({
      ...{ Cpu: '512', Memory: '1024', TaskRoleArn: live.TaskRoleArn },
      ContainerDefinitions: [
        {
          Image: { 'Fn::Join': ['', expect.arrayContaining([`/scores@${DIGEST}`])] },
          PortMappings: [{ ContainerPort: 9_000 }],
          Environment: [
            { Name: 'LEVEL', Value: 'WARN' },
            { Name: 'AWS_REGION', Value: 'eu-west-1' },
            { Name: 'Logging.Level', Value: 'info' },
          ],
          LogConfiguration: { Options: { 'awslogs-group': { Ref: expect.stringMatching(/^OfImageTaskLogs/) } } },
        },
      ],
    });
    const [service] = resources('AWS::ECS::Service', /^OfImage/);
    expect(service.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^OfImageTaskGroup/), 'GroupId'] },
    ]);
    expect(resources('AWS::ElasticLoadBalancingV2::TargetGroup', /^OfImage/)).toMatchObject([
      { HealthCheckPath: '/healthy', Port: 9_000 },
    ]);
    const ways = resources('AWS::EC2::SecurityGroupIngress', /^OfImage/);
    expect(ways.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([[9_000, 9_000]]);
  });
});

test('what nothing can be copied of is refused by name', { timeout: SYNTH_MS }, () => {
  const { stack, platform, cluster, vpc, task, fn, web } = liveServices();
  const common = { platform, ...bounds };
  const make = (way: 'ofService' | 'ofTask' | 'ofImage', id: string, props: object) => () =>
    Reflect.apply(QueueDedicatedClone[way], null, [stack, id, { ...common, ...props }]);
  const imported = FargateTaskDefinition.fromFargateTaskDefinitionArn(
    stack,
    'Imported',
    'arn:aws:ecs:::task-definition/a:1',
  );
  for (const of of [undefined, null, {}, fn])
    expect(make('ofService', `S${typeof of}${of === fn}${of === null}`, { of })).toThrow(
      'of must be a FargateService that this app makes',
    );
  expect(make('ofTask', 'T1', { cluster })).toThrow('of must be a FargateTaskDefinition that this app makes');
  expect(make('ofTask', 'T2', { cluster, of: imported })).toThrow(
    'of must be a FargateTaskDefinition that this app makes',
  );
  const ec2 = new Ec2TaskDefinition(stack, 'Ec2Task');
  ec2.addContainer('web', { image: ContainerImage.fromRegistry(IMAGE), memoryLimitMiB: 512 });
  expect(make('ofTask', 'T4', { cluster, of: ec2 })).toThrow('T4/Task: of must be a task that may run on Fargate');
  const both = new TaskDefinition(stack, 'Both', {
    ...{ compatibility: Compatibility.EC2_AND_FARGATE, networkMode: NetworkMode.AWS_VPC, cpu: '256', memoryMiB: '512' },
  });
  both.addContainer('web', { image: ContainerImage.fromRegistry(IMAGE), portMappings: [{ containerPort: 80 }] });
  const capacityProviderStrategies = [{ capacityProvider: 'machines', weight: 1 }];
  const onMachines = new Ec2Service(stack, 'Ec2Service', {
    cluster: Cluster.fromClusterAttributes(stack, 'Machines', { clusterName: 'machines', vpc, hasEc2Capacity: true }),
    taskDefinition: both,
    capacityProviderStrategies,
  });
  expect(make('ofService', 'S4', { of: onMachines })).toThrow('S4: of must be a FargateService');
  expect(make('ofTask', 'T5', { cluster, of: task, timeoutSeconds: 3_571 })).toThrow('a whole number from 1 to 3570');
  expect(make('ofTask', 'T6', { cluster, of: task, environment: { 'A=': 'b' } })).toThrow('each name in environment');
  const others = [
    [fn.addAlias('live'), 'is an alias'],
    [fn.currentVersion, 'is a version'],
    [web, 'QueueDedicatedClone.ofWebFunction'],
  ] as const;
  for (const [index, [of, message]] of others.entries())
    expect(() => Reflect.construct(QueueDedicatedClone, [stack, `L${index}`, { platform, of }])).toThrow(message);
  expect(make('ofTask', 'T3', { of: task })).toThrow('cluster must be a Cluster; received undefined');
  expect(make('ofImage', 'I1', { cluster, port: 80 })).toThrow('image must be a ContainerImage');
  expect(make('ofImage', 'I2', { cluster, image: ContainerImage.fromRegistry(IMAGE) })).toThrow('port must be');
  for (const of of [null, {}])
    expect(() => Reflect.construct(QueueDedicatedClone, [stack, `F${of}`, { platform, of }])).toThrow(
      'of must be a Function that this app makes',
    );
});
