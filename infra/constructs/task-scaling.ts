import { Stack, TimeZone } from 'aws-cdk-lib';
import { CfnScalingPolicy, ScalableTarget, Schedule, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { awsCron } from '../cron.ts';
import type { ScheduledMinimum } from './scheduled-minimum.ts';

export interface TaskScalingProps {
  readonly service: CfnService;
  readonly cluster: ICluster;
  readonly targets: ApplicationTargetGroup;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly requestsPerTaskMinute: number;
  readonly scheduledMinimum: readonly ScheduledMinimum[];
}

/** Tasks of a service, as many as its requests need, within bounds that the clock may raise and lower. */
export class TaskScaling extends Construct {
  constructor(scope: Construct, id: string, { service, cluster, targets, ...props }: TaskScalingProps) {
    super(scope, id);
    const { partition, account } = Stack.of(this);
    const target = new ScalableTarget(this, 'Tasks', {
      serviceNamespace: ServiceNamespace.ECS,
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${cluster.clusterName}/${service.attrName}`,
      minCapacity: props.minTasks,
      maxCapacity: props.maxTasks,
      // Application Auto Scaling's own, which it makes where it's missing.
      role: Role.fromRoleArn(
        this,
        'Role',
        `arn:${partition}:iam::${account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
      ),
    });
    // A load balancer reports nothing while nobody calls, and what isn't reported takes no task away: silence must count as zero.
    new CfnScalingPolicy(this, 'Requests', {
      policyName: this.node.path,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.scalableTargetId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: props.requestsPerTaskMinute,
        customizedMetricSpecification: {
          metrics: [
            {
              id: 'reported',
              returnData: false,
              metricStat: {
                stat: 'Sum',
                metric: {
                  namespace: 'AWS/ApplicationELB',
                  metricName: 'RequestCountPerTarget',
                  dimensions: [{ name: 'TargetGroup', value: targets.targetGroupFullName }],
                },
              },
            },
            { id: 'requests', expression: 'FILL(reported, 0)', returnData: true },
          ],
        },
      },
    });
    for (const [index, { cron, timeZone = 'UTC', tasks }] of props.scheduledMinimum.entries())
      target.scaleOnSchedule(`Minimum${index}`, {
        schedule: Schedule.expression(awsCron(cron)),
        timeZone: TimeZone.of(timeZone),
        minCapacity: tasks,
      });
  }
}
