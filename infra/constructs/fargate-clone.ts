import { Annotations, Duration, Token } from 'aws-cdk-lib';
import { CfnService } from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { refuse } from '../check.ts';
import { govern, optionsOf } from '../function-options.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import type { TaskNetwork } from './clone-place.ts';
import { type Route, routeByHost, routeOfItsOwn } from './clone-route.ts';
import type { Prepare } from './clone-source.ts';
import { checkVariables, DRAIN_SLACK_SECONDS, type FargateCloneOptions } from './fargate-clone-props.ts';
import { followHealth, healthPortOf, liveTargetOf, resourceOf } from './live-targets.ts';
import type { Platform } from './platform.ts';
import { checkScheduledMinimum, type ScheduledMinimum } from './scheduled-minimum.ts';
import type { CloneLimits } from './service-endpoint.ts';
import { isPinned } from './task-image.ts';
import { TaskScaling } from './task-scaling.ts';

/** Ports that the CDK takes for TLS, where no live target group says what tasks speak. */
const BY_TLS = [443, 8_443];

/**
 * An ECS service of the live one's image, for pipelines alone: tasks, target group, scaling, log and alarms of its own, beside the live
 * service, which stays as it is.
 */
export class FargateClone extends Construct {
  readonly auth = 'NONE';
  /** Base URL of the clone, no trailing slash. */
  readonly url: string;
  readonly limits: CloneLimits;
  readonly targets: ApplicationTargetGroup;
  readonly #route: Route;

  /** @param prepare says what its tasks are: {@link QueueDedicatedClone} has a way for each */
  constructor(scope: Construct, id: string, props: FargateCloneOptions & Partial<TaskNetwork>, prepare: Prepare) {
    super(scope, id);
    const make = prepare(this);
    const { platform, service: name = id, timeoutSeconds = 60, healthCheck, route } = props;
    const { minTasks = 1, maxTasks, requestsPerTaskMinute, scheduledMinimum = [] } = props;
    checkScheduledMinimum(this, scheduledMinimum, maxTasks);
    this.checkTasks(minTasks, maxTasks, scheduledMinimum);
    checkVariables(this, props.environment);
    // The groups and variables of tasks are no function's.
    const { vpcSubnets: _, securityGroups: __, environment: ___, ...own } = props;
    const options = optionsOf(this, own, platform.options);
    const { task, place, live } = make(options);
    this.targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc: place.cluster.vpc,
      port: task.port,
      protocol: BY_TLS.includes(task.port) ? ApplicationProtocol.HTTPS : ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      // Longer than a call, so that none is cut off when tasks leave.
      deregistrationDelay: Duration.seconds(timeoutSeconds + DRAIN_SLACK_SECONDS),
      ...(healthCheck && { healthCheck }),
    });
    const group = resourceOf(this.targets);
    if (live && !healthCheck) followHealth(group, live.service);
    const healthPort = healthPortOf(group);
    // A load balancer that calls the live tasks has its way to their health checks already.
    const ports = new Set([task.port, ...(healthPort === undefined || (route && live) ? [] : [healthPort])]);
    const behind = { place, ports: [...ports], targets: this.targets };
    this.#route = route ? routeByHost(this, route, behind) : routeOfItsOwn(this, { ...behind, timeoutSeconds });
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
    place.settle(service);
    service.node.addDependency(this.#route.rule);
    new TaskScaling(this, 'Scaling', {
      ...{ service, cluster: place.cluster, targets: this.targets },
      ...{ minTasks, maxTasks, requestsPerTaskMinute, scheduledMinimum },
    });
    this.watch(name, platform);
    this.node.addValidation({
      validate: () => {
        if (!isPinned(task.definition))
          Annotations.of(this).addWarningV2(
            'microprocess:image',
            `An image of ${this.node.path} is named by a tag: live service and clone may run different ones. Name it by its digest, or build it by ContainerImage.fromAsset.`,
          );
        const now = live && liveTargetOf(live.service);
        const isSame = now === undefined || (now.container === task.container && now.port === task.port);
        return isSame && healthPortOf(group) === healthPort
          ? []
          : [
              'The live service got its load balancer, or the port of its health check, after its clone was made, which has another one. Make the clone behind that.',
            ];
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
