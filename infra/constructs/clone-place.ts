import { Lazy } from 'aws-cdk-lib';
import {
  Connections,
  type IConnectable,
  type ISecurityGroup,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { CfnService, FargateService, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { inOwnLog, logging } from './task-log.ts';

/** Where a clone's tasks run, if no live service says it. */
export interface TaskNetwork {
  /** Its network is the one that the tasks run in. */
  readonly cluster: ICluster;
  /** Default: the network's private subnets. */
  readonly vpcSubnets?: SubnetSelection;
  /** Of the tasks. Default: one, which lets everything out, and in what comes from the load balancer. */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** Where a clone's tasks run. */
export interface Place {
  readonly cluster: ICluster;
  /** The tasks, as their load balancer is let through to them. */
  readonly tasks: IConnectable;
  /** Has a service run there. */
  settle(service: CfnService): void;
}

/** A place of the clone's own. */
export function ownPlace(scope: Construct, { cluster, vpcSubnets, securityGroups }: TaskNetwork): Place {
  const { vpc } = cluster;
  const groups = securityGroups ?? [
    new SecurityGroup(scope, 'TaskGroup', { vpc, description: 'Tasks of a queue-dedicated clone' }),
  ];
  const { subnetIds } = vpc.selectSubnets(vpcSubnets);
  return {
    cluster,
    tasks: { connections: new Connections({ securityGroups: [...groups] }) },
    settle(service) {
      service.cluster = cluster.clusterName;
      service.launchType = 'FARGATE';
      service.networkConfiguration = {
        awsvpcConfiguration: {
          assignPublicIp: 'DISABLED',
          subnets: subnetIds,
          securityGroups: groups.map(({ securityGroupId }) => securityGroupId),
        },
      };
    },
  };
}

const serviceConnect = z.looseObject({ services: z.unknown(), logConfiguration: logging.optional() }).optional();

/** Where and how a live service's tasks run. */
export function placeOf(of: FargateService, live: CfnService, logs: LogGroup): Place {
  return {
    cluster: of.cluster,
    tasks: of,
    settle(service) {
      service.availabilityZoneRebalancing = live.availabilityZoneRebalancing;
      service.cluster = live.cluster;
      service.capacityProviderStrategy = live.capacityProviderStrategy;
      service.enableEcsManagedTags = live.enableEcsManagedTags;
      service.enableExecuteCommand = live.enableExecuteCommand;
      service.launchType = live.launchType;
      service.networkConfiguration = live.networkConfiguration;
      service.platformVersion = live.platformVersion;
      service.propagateTags = live.propagateTags;
      // Volumes that each task gets when it starts, filled as the live tasks' are.
      service.volumeConfigurations = live.volumeConfigurations;
      // Of Service Connect what tasks call by its names, and none of the names that they are called by: live traffic would come here.
      service.serviceConnectConfiguration = Lazy.uncachedAny({
        produce({ resolve }) {
          const given = serviceConnect.parse(resolve(live.serviceConnectConfiguration));
          if (!given) return undefined;
          const { services, logConfiguration, ...asClient } = given;
          return {
            ...asClient,
            ...(logConfiguration && { logConfiguration: inOwnLog(logs, 'service-connect', logConfiguration) }),
          };
        },
      });
    },
  };
}
