import { Fn } from 'aws-cdk-lib';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import { NodeFunction } from './node-function.ts';

export interface QueueDedicatedCloneProps {
  readonly settings: StageSettings;
  readonly service: string;
  /** Absolute path of the service's Lambda module. */
  readonly entry: string;
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  readonly topic: ITopic;
}

/** One of the two deployments of a service. */
export interface ServiceEndpoint {
  readonly function: IFunction;
  /** Base URL, no trailing slash. */
  readonly url: string;
}

/**
 * The same code of a service deployed twice, as Lambda functions behind URLs that want IAM: `live` for people, `queue`
 * for pipelines. They scale, throttle, fail and are watched apart; only the clone gets a pipeline's calls.
 */
export class QueueDedicatedClone extends Construct {
  readonly live: ServiceEndpoint;
  readonly queue: ServiceEndpoint;

  constructor(scope: Construct, id: string, props: QueueDedicatedCloneProps) {
    super(scope, id);
    this.live = this.deploy('Live', props, undefined, `Callers of ${props.service} get errors: live traffic.`);
    this.queue = this.deploy(
      'Queue',
      props,
      props.settings.cloneConcurrency,
      `Calls of background runs fail and are tried again; runs take longer, live traffic is not touched.`,
    );
  }

  private deploy(
    role: 'Live' | 'Queue',
    props: QueueDedicatedCloneProps,
    reservedConcurrency: number | undefined,
    impact: string,
  ) {
    const fn = new NodeFunction(this, role, {
      settings: props.settings,
      description: `${props.service}, ${role === 'Live' ? 'live' : 'queue-dedicated clone'}`,
      entry: props.entry,
      timeoutSeconds: props.timeoutSeconds,
      memoryMB: props.memoryMB,
      reservedConcurrency,
    });
    const url = fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
    new StatedAlarm(this, `${role}Errors`, {
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      atLeast: 5,
      impact,
      action: `the log of ${props.service} (${role.toLowerCase()}).`,
      topic: props.topic,
    });
    // A function URL ends with a slash and a definition's path starts with one.
    return { function: fn, url: Fn.join('', ['https://', Fn.select(2, Fn.split('/', url.url))]) };
  }
}
