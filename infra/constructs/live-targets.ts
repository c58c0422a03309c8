import { Lazy, Stack } from 'aws-cdk-lib';
import type { CfnService } from 'aws-cdk-lib/aws-ecs';
import { type ApplicationTargetGroup, CfnTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as z from 'zod';

const attached = z
  .array(z.object({ containerName: z.string(), containerPort: z.number(), targetGroupArn: z.unknown() }))
  .default([]);
const text = z.string().optional().catch(undefined);
/** What else a target group may speak is of network load balancers, which only look whether a port is open. */
const BY_HTTP = ['HTTP', 'HTTPS'];

/** A container of a live task which takes requests, and its target group, where this app makes that. */
export interface LiveTarget {
  readonly container: string;
  readonly port: number;
  readonly group: CfnTargetGroup | undefined;
}

/** Where a live service gets its requests; undefined where no load balancer has it as a target, or not yet. */
export function liveTargetOf(live: CfnService): LiveTarget | undefined {
  const stack = Stack.of(live);
  // As the service's own stack names it: nothing else of a target group is known to the service.
  const nameOf = (arn: unknown) => JSON.stringify(stack.resolve(arn));
  const groups = live.node.root.node
    .findAll()
    .filter((each): each is CfnTargetGroup => CfnTargetGroup.isCfnTargetGroup(each));
  const all = attached.parse(stack.resolve(live.loadBalancers)).map((target) => ({
    container: target.containerName,
    port: target.containerPort,
    group: groups.find((each) => nameOf(each.ref) === nameOf(target.targetGroupArn)),
  }));
  return all.find(({ group }) => BY_HTTP.includes(group ? (resolved(group, group.protocol) ?? '') : '')) ?? all[0];
}

/** Another port than that of requests, on which a target group asks how a target is. */
export function healthPortOf(group: CfnTargetGroup | undefined): number | undefined {
  const port = group && Number(resolved(group, group.healthCheckPort));
  return Number.isInteger(port) ? port : undefined;
}

/**
 * Has a clone's targets spoken to, and asked how they are, as the live service's are. It is rendered last, so that it follows what the live
 * target group is told after this.
 */
export function followHealth(targets: CfnTargetGroup, live: CfnService): void {
  const { protocol } = targets;
  const ofLive = () => {
    const group = liveTargetOf(live)?.group;
    return group && BY_HTTP.includes(resolved(group, group.protocol) ?? '') ? group : undefined;
  };
  targets.protocol = Lazy.uncachedString({ produce: () => ofLive()?.protocol ?? protocol });
  targets.healthCheckPath = Lazy.uncachedString({ produce: () => ofLive()?.healthCheckPath });
  targets.healthCheckPort = Lazy.uncachedString({ produce: () => ofLive()?.healthCheckPort });
  targets.healthCheckProtocol = Lazy.uncachedString({ produce: () => ofLive()?.healthCheckProtocol });
  targets.healthCheckIntervalSeconds = Lazy.uncachedNumber({ produce: () => ofLive()?.healthCheckIntervalSeconds });
  targets.healthCheckTimeoutSeconds = Lazy.uncachedNumber({ produce: () => ofLive()?.healthCheckTimeoutSeconds });
  targets.healthyThresholdCount = Lazy.uncachedNumber({ produce: () => ofLive()?.healthyThresholdCount });
  targets.unhealthyThresholdCount = Lazy.uncachedNumber({ produce: () => ofLive()?.unhealthyThresholdCount });
  targets.matcher = Lazy.uncachedAny({ produce: () => ofLive()?.matcher });
}

/** The resource of a target group. */
export function resourceOf(targets: ApplicationTargetGroup): CfnTargetGroup {
  const resource = targets.node.defaultChild;
  if (!CfnTargetGroup.isCfnTargetGroup(resource)) throw new Error(`${targets.node.path} has no resource.`);
  return resource;
}

function resolved(group: CfnTargetGroup, value: string | undefined): string | undefined {
  return text.parse(Stack.of(group).resolve(value));
}
