import { Annotations, Duration, Token } from 'aws-cdk-lib';
import { CfnService, type FargateService } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup, type HealthCheck, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { refuse, wholeNumber } from '../check.ts';
import { type FunctionOptions, govern, OPTION_RULES, optionsOf } from '../function-options.ts';
import { checkProperties, listOf, named, object, type PropertyRules } from '../properties.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import { type HostRoute, type Route, routeByHost, routeOfItsOwn } from './clone-route.ts';
import { PLATFORM, type Platform } from './platform.ts';
import { SameTask } from './same-task.ts';
import type { CloneLimits } from './service-endpoint.ts';
import { type ScheduledMinimum, TaskScaling } from './task-scaling.ts';

export interface FargateCloneProps
  extends Pick<FunctionOptions, 'environment' | 'logRetention' | 'removalPolicy' | 'tags'> {
  /** Gets the alarms, and says how long logs are kept. */
  readonly platform: Platform;
  /** The live service. */
  readonly of: FargateService;
  /** Its name in alarms. Default: the construct's id. */
  readonly service?: string;
  /** A host name on a load balancer that is there. Default: a load balancer of its own, which its network alone can call. */
  readonly route?: HostRoute;
  /** The longest call, which a task that leaves still finishes. Default: 60. */
  readonly timeoutSeconds?: number;
  /** How the load balancer sees that a task is well. Default: it answers `/` with 200. */
  readonly healthCheck?: HealthCheck;
  /** Default: 1. 0 goes with `scheduledMinimum` alone: a call that finds no task starts none. */
  readonly minTasks?: number;
  readonly maxTasks: number;
  /** What one task takes in a minute: as many tasks run as that needs. */
  readonly requestsPerTaskMinute: number;
  /** For runs on a schedule: tasks that are there when it begins. Each holds until the next. */
  readonly scheduledMinimum?: readonly ScheduledMinimum[];
}

const TASKS = wholeNumber(0, 5_000);
const RULES: PropertyRules<FargateCloneProps> = {
  environment: OPTION_RULES.environment,
  logRetention: OPTION_RULES.logRetention,
  removalPolicy: OPTION_RULES.removalPolicy,
  tags: OPTION_RULES.tags,
  platform: PLATFORM,
  // Looked at where it is copied.
  of: null,
  service: named,
  route: object,
  timeoutSeconds: wholeNumber(1, 3_600),
  healthCheck: object,
  minTasks: TASKS,
  maxTasks: wholeNumber(1, 5_000),
  requestsPerTaskMinute: wholeNumber(1, 10_000_000),
  scheduledMinimum: listOf(object),
};

/**
 * A second ECS service of the live one's image, for pipelines alone: tasks, target group, scaling, log and alarms of its own, with the roles
 * and the network of the live service, which stays as it is.
 */
export class FargateClone extends Construct {
  readonly auth = 'NONE';
  /** Base URL of the clone, no trailing slash. */
  readonly url: string;
  readonly limits: CloneLimits;
  readonly targets: ApplicationTargetGroup;
  readonly #route: Route;

  constructor(scope: Construct, id: string, props: FargateCloneProps) {
    super(scope, id);
    checkProperties(this, props, RULES, ['platform', 'maxTasks', 'requestsPerTaskMinute']);
    const { platform, of, service: name = id, timeoutSeconds = 60, healthCheck } = props;
    const { minTasks = 1, maxTasks, requestsPerTaskMinute, scheduledMinimum = [], environment = {} } = props;
    this.checkTasks(minTasks, maxTasks, scheduledMinimum);
    const options = optionsOf(this, props, platform.options);
    const task = new SameTask(this, 'Task', { of, options, environment });
    this.targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc: of.cluster.vpc,
      port: task.port,
      targetType: TargetType.IP,
      // Longer than a call, so that none is cut off when tasks leave.
      deregistrationDelay: Duration.seconds(timeoutSeconds + 30),
      ...(healthCheck && { healthCheck }),
    });
    const behind = { of, port: task.port, targets: this.targets };
    this.#route = props.route
      ? routeByHost(this, props.route, behind)
      : routeOfItsOwn(this, { ...behind, timeoutSeconds });
    this.url = this.#route.url;
    this.limits = { timeoutSeconds };

    const service = new CfnService(this, 'Service', {
      taskDefinition: task.definition.ref,
      loadBalancers: [
        { containerName: task.container, containerPort: task.port, targetGroupArn: this.targets.targetGroupArn },
      ],
      deploymentConfiguration: {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      healthCheckGracePeriodSeconds: 60,
    });
    copyInto(service, task.live);
    service.node.addDependency(this.#route.rule);
    new TaskScaling(this, 'Scaling', {
      ...{ service, cluster: of.cluster, targets: this.targets },
      ...{ minTasks, maxTasks, requestsPerTaskMinute, scheduledMinimum },
    });
    this.watch(name, platform);
    this.node.addValidation({
      validate: () => {
        if (!task.isPinned())
          Annotations.of(this).addWarningV2(
            'microprocess:image',
            `An image of ${of.node.path} is named by a tag: live service and clone may run different ones. Name it by its digest, or build it by ContainerImage.fromAsset.`,
          );
        return [];
      },
    });
    govern(this, options);
  }

  /** Lets a function of its network through to the load balancer. */
  grantCall(caller: LambdaFunction): void {
    this.#route.letIn(caller);
  }

  private checkTasks(minTasks: number, maxTasks: number, scheduled: readonly ScheduledMinimum[]): void {
    if (Token.isUnresolved(minTasks) || Token.isUnresolved(maxTasks)) return;
    if (minTasks > maxTasks) refuse(this, 'minTasks', `at most maxTasks, ${maxTasks}`, minTasks);
    if (minTasks === 0 && scheduled.every(({ tasks }) => tasks === 0))
      refuse(this, 'minTasks', 'at least 1, or scheduledMinimum given: a call that finds no task starts none', 0);
    for (const { tasks } of scheduled)
      if (!wholeNumber(0, maxTasks).holds(tasks))
        refuse(this, 'scheduledMinimum[].tasks', wholeNumber(0, maxTasks).allowed, tasks);
  }

  private watch(name: string, platform: Platform): void {
    const action = `the log of ${name}'s clone, and why its tasks stopped.`;
    new StatedAlarm(this, 'ServiceErrors', {
      metric: this.targets.metrics.targetConnectionErrorCount({ period: FIVE_MINUTES, statistic: 'Sum' }),
      atLeast: 5,
      impact: `Tasks of ${name}'s queue-dedicated clone take no connections: calls are made again and runs take longer.`,
      action,
      page: 'serviceerrors',
      platform,
    });
    new StatedAlarm(this, 'Unhealthy', {
      metric: this.targets.metrics.unhealthyHostCount({ period: FIVE_MINUTES, statistic: 'Minimum' }),
      periods: 3,
      impact: `A task of ${name}'s queue-dedicated clone has failed its health check for 15 minutes: the others take its calls, and runs take longer.`,
      action,
      page: 'serviceerrors',
      platform,
    });
  }
}

/** Where and how the live service's tasks run. */
function copyInto(made: CfnService, live: CfnService): void {
  made.availabilityZoneRebalancing = live.availabilityZoneRebalancing;
  made.cluster = live.cluster;
  made.capacityProviderStrategy = live.capacityProviderStrategy;
  made.enableEcsManagedTags = live.enableEcsManagedTags;
  made.enableExecuteCommand = live.enableExecuteCommand;
  made.launchType = live.launchType;
  made.networkConfiguration = live.networkConfiguration;
  made.platformVersion = live.platformVersion;
  made.propagateTags = live.propagateTags;
}
