import type {
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  FargateTaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import type { HealthCheck } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { check, type Rule, wholeNumber } from '../check.ts';
import { type FunctionOptions, OPTION_RULES } from '../function-options.ts';
import { checkProperties, having, listOf, named, object, type PropertyRules, text } from '../properties.ts';
import type { TaskNetwork } from './clone-place.ts';
import type { HostRoute } from './clone-route.ts';
import { PLATFORM, type Platform } from './platform.ts';
import type { ScheduledMinimum } from './scheduled-minimum.ts';

/** Of every clone that runs on Fargate. */
export interface FargateCloneOptions
  extends Pick<FunctionOptions, 'environment' | 'logRetention' | 'removalPolicy' | 'tags'> {
  /** Gets the alarms, and says how long logs are kept. */
  readonly platform: Platform;
  /** Its name in alarms. Default: the construct's id. */
  readonly service?: string;
  /** A host name on a load balancer that is there. Default: a load balancer of its own, which its network alone can call. */
  readonly route?: HostRoute;
  /** The longest call, which a task that leaves still finishes. Default: 60. */
  readonly timeoutSeconds?: number;
  /** How the load balancer sees that a task is well. Default: as the live service's does; where there is none, the task answers `/` with 200. */
  readonly healthCheck?: HealthCheck;
  /** Default: 1. 0 goes with `scheduledMinimum` alone: a call that finds no task starts none. */
  readonly minTasks?: number;
  readonly maxTasks: number;
  /** What one task takes in a minute: as many tasks run as that needs. */
  readonly requestsPerTaskMinute: number;
  /** For runs on a schedule: tasks that are there when it begins. Each holds until the next. */
  readonly scheduledMinimum?: readonly ScheduledMinimum[];
}

export interface FargateCloneProps extends FargateCloneOptions {
  /** The live service. */
  readonly of: FargateService;
}

export interface TaskCloneProps extends FargateCloneOptions, TaskNetwork {
  /** The live service's task, where the service itself isn't in this app. */
  readonly of: FargateTaskDefinition;
}

export interface ImageCloneProps extends FargateCloneOptions, TaskNetwork {
  /** The live service's image, where its task isn't in this app. */
  readonly image: ContainerImage;
  /** Where its container takes requests. */
  readonly port: number;
  /** Size, role, platform and volumes of its task. Default: the CDK's, 0.25 vCPU and 512 MB. */
  readonly task?: FargateTaskDefinitionProps;
}

/** How much longer than its longest call a task that leaves may take. */
export const DRAIN_SLACK_SECONDS = 30;
/** The load balancer's. */
const MOST_DRAIN_SECONDS = 3_600;

const TASKS = wholeNumber(0, 5_000);
const OPTIONS: PropertyRules<FargateCloneOptions> = {
  environment: OPTION_RULES.environment,
  logRetention: OPTION_RULES.logRetention,
  removalPolicy: OPTION_RULES.removalPolicy,
  tags: OPTION_RULES.tags,
  platform: PLATFORM,
  service: named,
  route: object,
  timeoutSeconds: wholeNumber(1, MOST_DRAIN_SECONDS - DRAIN_SLACK_SECONDS),
  healthCheck: object,
  minTasks: TASKS,
  maxTasks: wholeNumber(1, 5_000),
  requestsPerTaskMinute: wholeNumber(1, 10_000_000),
  scheduledMinimum: listOf(object),
};
const NETWORK: PropertyRules<TaskNetwork> = {
  cluster: having('a Cluster', 'clusterName', 'vpc'),
  vpcSubnets: OPTION_RULES.vpcSubnets,
  securityGroups: OPTION_RULES.securityGroups,
};
const REQUIRED = ['platform', 'maxTasks', 'requestsPerTaskMinute'] as const;

// `of` is looked at where it is copied.
const OF_SERVICE: PropertyRules<FargateCloneProps> = { ...OPTIONS, of: null };
const OF_TASK: PropertyRules<TaskCloneProps> = { ...OPTIONS, ...NETWORK, of: null };
const OF_IMAGE: PropertyRules<ImageCloneProps> = {
  ...OPTIONS,
  ...NETWORK,
  image: having('a ContainerImage', 'bind'),
  port: wholeNumber(1, 65_535),
  task: object,
};

const VARIABLE: Rule<string> = {
  allowed: 'a text that isn’t empty and has no =',
  holds: (name) => name !== '' && !name.includes('='),
};

/** Variables of a container: ECS takes names that Lambda refuses. @throws {InfraError} */
export function checkVariables(scope: Construct, environment: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(environment)) {
    check(scope, 'each name in environment', name, VARIABLE);
    check(scope, `environment.${name}`, value, text);
  }
}

/** What may be said of a clone, by what it is a clone of. @throws {InfraError} */
export const CHECKS = {
  service: (scope: Construct, props: FargateCloneProps) => checkProperties(scope, props, OF_SERVICE, REQUIRED),
  task: (scope: Construct, props: TaskCloneProps) => checkProperties(scope, props, OF_TASK, [...REQUIRED, 'cluster']),
  image: (scope: Construct, props: ImageCloneProps) =>
    checkProperties(scope, props, OF_IMAGE, [...REQUIRED, 'cluster', 'image', 'port']),
};
