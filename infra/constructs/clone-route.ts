import { Duration, Token } from 'aws-cdk-lib';
import { CfnSecurityGroupIngress, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListenerRule,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  type IApplicationListener,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledged.ts';
import { refuse, wholeNumber } from '../check.ts';
import { checkProperties, having, type PropertyRules } from '../properties.ts';
import type { Place } from './clone-place.ts';
import { BASE_URL } from './service-endpoint.ts';

/** A host name on a load balancer that is there. */
export interface HostRoute {
  /** Sends what comes for the host to the clone, and all else where it went before. */
  readonly listener: IApplicationListener;
  /** Such as `https://scores-queue.example.com`: its host is a name of the load balancer, and in its certificate. */
  readonly url: string;
  /** Of the listener's rule; no other rule has it. */
  readonly priority: number;
}

/** What is called: tasks of a clone. */
interface Behind {
  readonly place: Place;
  /** Those of requests and, where it is another one, of health checks. */
  readonly ports: readonly number[];
  readonly targets: ApplicationTargetGroup;
}

/** The way from a pipeline to a clone's targets. */
export interface Route {
  readonly url: string;
  /** Without it the targets belong to no load balancer. */
  readonly rule: Construct;
  letIn(caller: LambdaFunction): void;
}

const RULES: PropertyRules<HostRoute> = {
  listener: having('an ApplicationListener', 'listenerArn', 'connections'),
  url: BASE_URL,
  priority: wholeNumber(1, 50_000),
};

/** Adds a rule to a listener that is there, and changes none. */
export function routeByHost(scope: Construct, route: HostRoute, { place, ports, targets }: Behind): Route {
  checkProperties<HostRoute>(scope, route, RULES, ['listener', 'url', 'priority']);
  const { listener, url, priority } = route;
  if (Token.isUnresolved(url)) refuse(scope, 'route.url', BASE_URL.allowed, 'what the deployment alone knows');
  for (const port of ports) targets.registerConnectable(place.tasks, Port.tcp(port));
  const rule = new ApplicationListenerRule(scope, 'Rule', {
    listener,
    priority,
    conditions: [ListenerCondition.hostHeaders([new URL(url).hostname])],
    targetGroups: [targets],
  });
  return {
    url: url.replace(/\/+$/, ''),
    rule,
    letIn(caller) {
      // Of a public one the world is let in already.
      if (caller.isBoundToVpc) caller.connections.allowToDefaultPort(listener);
    },
  };
}

/** A load balancer for these targets alone, which nobody outside their network can reach. */
export function routeOfItsOwn(
  scope: Construct,
  { place, ports, targets, timeoutSeconds }: Behind & { readonly timeoutSeconds: number },
): Route {
  const { vpc } = place.cluster;
  const group = new SecurityGroup(scope, 'BalancerGroup', {
    vpc,
    description: 'Load balancer of a queue-dedicated clone',
  });
  const balancer = new ApplicationLoadBalancer(scope, 'Balancer', {
    vpc,
    securityGroup: group,
    internetFacing: false,
    dropInvalidHeaderFields: true,
    // The call must end before the connection is taken for idle.
    idleTimeout: Duration.seconds(timeoutSeconds + 10),
  });
  acknowledge(balancer, 'AwsSolutions-ELB2', 'Pipelines alone call it, and record every call themselves.');
  const rule = balancer.addListener('Listener', {
    port: 80,
    protocol: ApplicationProtocol.HTTP,
    open: false,
    defaultTargetGroups: [targets],
  });
  // A rule beside the group, and here: within the live service's stack it would make that need this one.
  const ways = place.tasks.connections.securityGroups.flatMap((tasks) => ports.map((port) => ({ tasks, port })));
  for (const [index, { tasks, port }] of ways.entries())
    new CfnSecurityGroupIngress(scope, `Way${index}`, {
      groupId: tasks.securityGroupId,
      sourceSecurityGroupId: group.securityGroupId,
      ...{ ipProtocol: 'tcp', fromPort: port, toPort: port },
    });
  const url = `http://${balancer.loadBalancerDnsName}`;
  return {
    url,
    rule,
    letIn(caller) {
      if (!caller.isBoundToVpc)
        refuse(caller, 'vpc of its pipeline', `the clone's, ${vpc.node.path}: nobody else reaches it`, 'none');
      caller.connections.allowTo(balancer, Port.tcp(80));
    },
  };
}
