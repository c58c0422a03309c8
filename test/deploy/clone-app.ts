import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnCluster,
  Cluster,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  Code,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  Runtime,
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from 'aws-cdk-lib/aws-lambda';
import { Platform, QueueDedicatedClone } from '../../infra/index.ts';

export const SHOP = 'clone-shop';

/** Says what it was asked, and by which log stream it is known: an environment's own. */
const HANDLER =
  'exports.handler = async ({ body }) => ({ statusCode: 200, body: JSON.stringify({ asked: JSON.parse(body), level: process.env.LEVEL, at: process.env.AWS_LAMBDA_LOG_STREAM_NAME }) });';

/** Under it the tasks' clone answers, and under any other the live service. */
export const QUEUE_HOST = 'scores-queue.example.com';

/** A small server whose page says by which name its task is known. */
const SAYS_WHO = 'hostname > /usr/share/nginx/html/index.html && exec nginx -g "daemon off;"';

/** An ECS service behind a public load balancer, and its clone by a host name. @returns the load balancer's address */
function addTasks(stack: Stack, platform: Platform): string {
  const network = new Vpc(stack, 'Network', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC }],
  });
  // As interfaces, which the CDK's own classes don't fit under exactOptionalPropertyTypes.
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: network.vpcId,
    availabilityZones: network.availabilityZones,
    publicSubnetIds: network.publicSubnets.map(({ subnetId }) => subnetId),
  });
  const { ref: clusterName } = new CfnCluster(stack, 'Cluster');
  const cluster = Cluster.fromClusterAttributes(stack, 'TheirCluster', { clusterName, vpc });
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  taskDefinition.addContainer('web', {
    image: ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable-alpine'),
    entryPoint: ['sh', '-c'],
    command: [SAYS_WHO],
    portMappings: [{ containerPort: 80 }],
    logging: LogDrivers.awsLogs({ streamPrefix: 'web' }),
  });
  const of = new FargateService(stack, 'Tasks', {
    cluster,
    taskDefinition,
    assignPublicIp: true,
    minHealthyPercent: 100,
  });
  const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
  const listener = balancer.addListener('Listener', { port: 80 });
  listener.addTargets('Live', { port: 80, targets: [of], deregistrationDelay: Duration.seconds(0) });
  QueueDedicatedClone.ofService(stack, 'TasksClone', {
    ...{ platform, of, maxTasks: 1, requestsPerTaskMinute: 600, timeoutSeconds: 1 },
    route: { listener, url: `http://${QUEUE_HOST}`, priority: 1 },
  });
  for (const needs of [of, balancer]) needs.node.addDependency(network);
  return balancer.loadBalancerDnsName;
}

/**
 * Somebody's app: services, and the clone of each. Outputs are named after them: `FunctionLive`, `FunctionClone`.
 * @param outdir gets the cloud assembly
 * @param onAws with a web function and an ECS service, which no local AWS runs, and leaving nothing behind
 */
export function synthShop(outdir: string, onAws: boolean): void {
  const app = new App({ outdir });
  const stack = new Stack(app, SHOP);
  const output = (id: string, value: string) => new CfnOutput(stack, id, { value });
  const of = new LambdaFunction(stack, 'Scores', {
    code: Code.fromInline(HANDLER),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const live = of.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  const platform = new Platform(stack, 'Jobs', {
    stage: 'clones',
    ...(onAws && { removalPolicy: RemovalPolicy.DESTROY }),
  });
  const clone = new QueueDedicatedClone(stack, 'ScoresClone', { platform, of });
  // After the clone is made, which has it too.
  of.addEnvironment('LEVEL', 'INFO');
  output('FunctionLive', live.url);
  output('FunctionClone', clone.url);
  if (onAws) {
    const web = new WebFunction(stack, 'Web', {
      code: WebFunctionCode.fromAssetToManagedBucket(join(import.meta.dirname, 'web')),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      environment: { LEVEL: 'INFO' },
      defaultEndpointAuth: WebFunctionAuthType.IAM_AUTH,
    });
    output('WebLive', `https://${web.endpoint.domainName}`);
    output('WebClone', QueueDedicatedClone.ofWebFunction(stack, 'WebTwice', { of: web, maxEnvironments: 2 }).url);
    output('TasksBalancer', addTasks(stack, platform));
  }
  app.synth();
}
