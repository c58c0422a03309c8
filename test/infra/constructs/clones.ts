import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, ListenerAction, ListenerCondition } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  Code,
  Function as LambdaFunction,
  Runtime,
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Platform } from '../../../infra/index.ts';
import { withoutBundles } from '../synth.ts';

export const IMAGE = `registry.example.com/scores@sha256:${'0'.repeat(64)}`;

/** What a team runs: a function, an ECS service behind a load balancer, a web function; and our platform beside them. */
export function liveServices(image = IMAGE) {
  const app = new App(withoutBundles());
  const stack = new Stack(app, 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const fn = new LambdaFunction(stack, 'Fn', {
    code: Code.fromInline('exports.handler = async () => ({ score: 1 });'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
  });
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc, securityGroups: [] });
  const task = new FargateTaskDefinition(stack, 'Task', { cpu: 256, memoryLimitMiB: 512 });
  task.addContainer('web', {
    image: ContainerImage.fromRegistry(image),
    portMappings: [{ name: 'web', containerPort: 8_080 }],
    environment: { LEVEL: 'INFO', TABLE: 'companies' },
    logging: LogDrivers.awsLogs({ streamPrefix: 'live' }),
  });
  const service = new FargateService(stack, 'Service', {
    cluster,
    taskDefinition: task,
  });
  const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: false });
  const listener = balancer.addListener('Listener', { port: 80, defaultAction: ListenerAction.fixedResponse(404) });
  const targets = listener.addTargets('Live', {
    port: 80,
    targets: [service],
    priority: 1,
    conditions: [ListenerCondition.hostHeaders(['scores.example.com'])],
  });
  const web = new WebFunction(stack, 'Web', {
    code: WebFunctionCode.fromBucket(Bucket.fromBucketName(stack, 'Code', 'shop-code'), 'app.zip', 'v1'),
    runtime: WebFunctionRuntime.NODEJS_24_X,
    defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
    defaultEndpoint: { maxEnvironments: 10 },
  });
  const platform = new Platform(stack, 'Jobs', { stage: 'dev' });
  return { app, stack, platform, fn, vpc, cluster, task, service, listener, targets, web };
}
