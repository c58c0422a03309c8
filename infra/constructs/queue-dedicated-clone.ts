import { Names } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type FunctionUrl, FunctionUrlAuthType, type IFunction, type IFunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { LAMBDA } from '../../shared/domain/limits.ts';
import { MEMORY_MB, refuse, wholeNumber } from '../check.ts';
import { type FunctionOptions, govern, OPTION_RULES, optionsOf } from '../function-options.ts';
import { checkProperties, named, type PropertyRules, STATEMENTS } from '../properties.ts';
import { StatedAlarm } from './alarms.ts';
import { fromImage, fromService, fromTask } from './clone-source.ts';
import { FargateClone } from './fargate-clone.ts';
import type { FargateCloneProps, ImageCloneProps, TaskCloneProps } from './fargate-clone-props.ts';
import { CRASHED, LoggedMetric } from './logged-metric.ts';
import { NodeFunction } from './node-function.ts';
import { PLATFORM, type Platform } from './platform.ts';
import { SameFunction } from './same-function.ts';
import {
  type CloneLimits,
  functionEndpoint,
  openEndpoint,
  refuseOpen,
  type ServiceEndpoint,
} from './service-endpoint.ts';
import { WebFunctionClone, type WebFunctionCloneProps } from './web-function-clone.ts';

/** How a service's functions are deployed. */
export interface CloneOptions extends FunctionOptions {
  /** Default: 512, or that of the function which is cloned. */
  readonly memoryMB?: number;
  /** Default: a minute, or that of the function which is cloned; a stage's, the longest that its pipelines wait. */
  readonly timeoutSeconds?: number;
  /** What live service and clone may do. */
  readonly grants?: readonly PolicyStatement[];
  /** Of the clone alone. Default: none is reserved; what a pipeline has in flight is `limits.inFlight` of its definition. */
  readonly reservedConcurrency?: number;
}

export type QueueDedicatedCloneProps = CloneOptions & {
  /** Gets the alarms, and gives its {@link FunctionOptions}. */
  readonly platform: Platform;
  /** The service's name in alarms and descriptions. Default: the construct's id. */
  readonly service?: string;
} & (
    | {
        /** Path of a module that exports a Lambda `handler` for function URLs: it's deployed as live service and as clone. */
        readonly entry: string;
      }
    | {
        /** The function that is the live service: it's deployed once more. It gets events of function URLs, payload format 2.0. */
        readonly of: LambdaFunction;
      }
  );

type EveryCloneProp = CloneOptions & {
  readonly platform?: Platform;
  readonly service?: string;
  readonly entry?: string;
  readonly of?: LambdaFunction;
};

const RULES: PropertyRules<EveryCloneProp> = {
  ...OPTION_RULES,
  memoryMB: MEMORY_MB,
  timeoutSeconds: wholeNumber(1, 900),
  grants: STATEMENTS,
  reservedConcurrency: wholeNumber(1, 100_000),
  platform: PLATFORM,
  service: named,
  entry: named,
  // Looked at where it is copied.
  of: null,
};

/**
 * The code of a service, deployed once more for pipelines alone, behind a URL that wants IAM. Live service and clone scale, throttle, fail
 * and are watched apart.
 *
 * @example
 * // The function that is there, once more:
 * const clone = new QueueDedicatedClone(this, 'ScoresClone', { platform, of: scores, reservedConcurrency: 200 });
 * // A service that is deployed by its module, live and as clone:
 * const companies = new QueueDedicatedClone(this, 'Companies', { platform, entry: 'services/companies/lambda.ts' });
 * // An ECS service on Fargate, and a Lambda web function:
 * const tasks = QueueDedicatedClone.ofService(this, 'Tasks', { platform, of: service, maxTasks: 20, requestsPerTaskMinute: 3_000 });
 * const web = QueueDedicatedClone.ofWebFunction(this, 'Web', { of: webFunction, maxEnvironments: 50 });
 * // A clone of your own, wherever it runs:
 * const own = QueueDedicatedClone.fromUrl(this, 'https://scores-jobs.internal.example.com');
 */
export class QueueDedicatedClone extends Construct {
  readonly auth = 'IAM';
  /** Base URL of the clone, no trailing slash. */
  readonly url: string;
  /** The clone. */
  readonly function: IFunction;
  /** What it lets through at most. */
  readonly limits: CloneLimits;
  /** The live service, where this construct deploys it too. */
  readonly live: ReturnType<typeof functionEndpoint<NodeFunction>> | undefined;

  /**
   * A service of your own that takes unsigned calls, kept for pipelines.
   * @param scope what an error names
   * @param url `http(s)://host[:port][/path]`, without credentials
   */
  static fromUrl(scope: IConstruct, url: string): ServiceEndpoint {
    return openEndpoint(scope, url);
  }

  /** A function of your own, kept for pipelines, behind a URL that wants IAM (`authType: AWS_IAM`). */
  static fromFunction(fn: IFunction, url: Pick<IFunctionUrl, 'url'>): ServiceEndpoint {
    refuseOpen(fn, url);
    return functionEndpoint(fn, url);
  }

  /** An ECS service on Fargate, once more: of the same image, with tasks of its own. */
  static ofService(scope: Construct, id: string, props: FargateCloneProps): FargateClone {
    return new FargateClone(scope, id, props, fromService(props));
  }

  /** An ECS service that isn't in this app, by its task, which is. */
  static ofTask(scope: Construct, id: string, props: TaskCloneProps): FargateClone {
    return new FargateClone(scope, id, props, fromTask(props));
  }

  /** An ECS service of which this app has the image alone. */
  static ofImage(scope: Construct, id: string, props: ImageCloneProps): FargateClone {
    return new FargateClone(scope, id, props, fromImage(props));
  }

  /** A Lambda web function, by a second endpoint of the same revision. */
  static ofWebFunction(scope: Construct, id: string, props: WebFunctionCloneProps): WebFunctionClone {
    return new WebFunctionClone(scope, id, props);
  }

  constructor(scope: Construct, id: string, props: QueueDedicatedCloneProps) {
    super(scope, id);
    checkProperties<EveryCloneProp>(this, props, RULES, ['platform']);
    const { platform, service = id, memoryMB, timeoutSeconds, reservedConcurrency } = props;
    const isOf = 'of' in props && props.of !== undefined;
    const isEntry = 'entry' in props && props.entry !== undefined;
    if (isOf === isEntry) refuse(this, 'one of entry and of', 'given, and not both', isOf ? 'both' : 'neither');
    const options = optionsOf(this, props, platform.options);
    const grants = props.grants ?? [];
    const description = `${service}, queue-dedicated clone`;
    const figures = { memoryMB: memoryMB ?? LAMBDA.cloneMemoryMB, timeoutSeconds: timeoutSeconds ?? 60 };
    const errors = new LoggedMetric(`Microprocess/${platform.stage}`, `ServiceErrors-${Names.nodeUniqueId(this.node)}`);
    const callsAtOnce =
      reservedConcurrency === undefined ? undefined : { most: reservedConcurrency, by: 'reservedConcurrency' };
    if ('of' in props) {
      for (const name of ['vpc', 'vpcSubnets', 'securityGroups', 'permissionsBoundary'] as const)
        if (props[name])
          refuse(
            this,
            name,
            'left to the function that is cloned, whose role and network the clone has',
            'another one',
          );
      // The platform's variables are its own functions'; this one has those of the service, as it has its role and network.
      const { of, environment = {} } = props;
      const same = { of, description, options, environment, memoryMB, timeoutSeconds, reservedConcurrency };
      const made = new SameFunction(this, 'Queue', { ...same, grants });
      const { function: fn, timeoutSeconds: ends, memoryMB: has } = made;
      errors.count(made, 'Crashed', CRASHED);
      this.function = fn;
      this.limits = { timeoutSeconds: ends, callsAtOnce, memoryMB: has };
      this.live = undefined;
    } else {
      const { entry } = props;
      const live = new NodeFunction(this, 'Live', { options, description: `${service}, live`, entry, ...figures });
      this.live = functionEndpoint(live, urlOf(live));
      errors.count(live, 'Crashed', CRASHED);
      const queue = new NodeFunction(this, 'Queue', {
        ...{ options, description, entry, ...figures, reservedConcurrency },
        isQuiet: true,
      });
      errors.count(queue, 'Crashed', CRASHED);
      this.function = queue;
      this.limits = { ...figures, callsAtOnce };
      for (const fn of [live, queue]) for (const statement of grants) fn.addToRolePolicy(statement);
    }
    this.url = functionEndpoint(this.function, urlOf(this.function)).url;
    new StatedAlarm(this, 'ServiceErrors', {
      metric: errors.sum,
      atLeast: 5,
      impact: `${service} crashes or runs out of time: callers of the live service get errors; of its queue-dedicated clone, calls are made again and runs take longer.`,
      action: `the logs of ${service}, live and clone.`,
      page: 'serviceerrors',
      platform,
    });
    govern(this, options);
  }

  /** Lets a function call the clone. */
  grantCall(caller: LambdaFunction): void {
    this.function.grantInvokeUrl(caller);
  }
}

function urlOf(fn: IFunction): FunctionUrl {
  return fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
}
