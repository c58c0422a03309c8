import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { FunctionName } from '../../functions/system.ts';
import type { Pipeline as Definition } from '../../shared/author/definition.ts';
import type { QueueName } from '../../shared/domain/queues.ts';
import { mapValues } from '../../shared/domain/records.ts';
import type { System } from '../../shared/lambda/declaration.ts';
import { environmentOf, type ResourceName } from '../../shared/lambda/resources.ts';
import { type Wiring, wiringOf } from '../../shared/lambda/wiring.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { type Deployment, deploymentOutput, deploymentRecord } from '../../shared/project/deployment-record.ts';
import { InfraError } from '../errors.ts';
import type { StageSettings } from '../settings.ts';
import { crashAlarm } from './crash-alarm.ts';
import { addRoute } from './function-url.ts';
import { grantUses } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import { pipelineAlarms } from './pipeline-alarms.ts';
import type { Platform } from './platform.ts';
import type { ServiceEndpoint } from './queue-dedicated-clone.ts';
import { queueName, WorkerQueue } from './queue-worker.ts';
import { StartSchedule, SweepSchedule } from './schedules.ts';

export interface PipelineProps {
  readonly settings: StageSettings;
  readonly system: System<FunctionName>;
  readonly pipeline: Definition;
  /** Absolute path of the definition's module: what `#pipeline` means in the bundles. */
  readonly pipelineEntry: string;
  /** Digest of the definition and code that reduce. */
  readonly reduceDigest: string;
  /** Absolute path of a function's module. */
  readonly functionEntry: (name: string) => string;
  readonly platform: Platform;
  /** The queue-dedicated clone of the pipeline's service. */
  readonly clone: ServiceEndpoint;
}

/** All that runs one pipeline, as the system declares it: no number, variable or right is written here. */
export class Pipeline extends Construct {
  /** What its functions know of the world. */
  readonly resources: Readonly<Record<ResourceName, string>>;
  readonly #functions = new Map<string, NodeFunction>();

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { pipeline, platform, system } = props;
    const wiring = wiringOf(system, pipeline);
    const queues = this.makeQueues(wiring, props);
    this.resources = {
      ...platform.resources,
      ...mapValues(queues, ({ queue }) => queue.queueUrl),
      endpoint: props.clone.url,
      endpointAuth: 'IAM',
      reduceDigest: props.reduceDigest,
    };

    mapValues(system.functions, (declared, name) => {
      if (declared.scope !== 'pipeline') return;
      const { uses, purpose, route, crashes } = declared;
      const fn = new NodeFunction(this, pascalCase(name), {
        settings: props.settings,
        description: `${pipeline.name}: ${purpose}`,
        entry: props.functionEntry(name),
        pipelineEntry: props.pipelineEntry,
        ...wiring.functions[name],
        environment: environmentOf(uses, this.resources),
      });
      grantUses(fn, uses, platform, pipeline);
      mapValues(queues, ({ queue }, of) => uses[of] && queue.grantSendMessages(fn));
      if (uses.endpoint) props.clone.function.grantInvokeUrl(fn);
      if (route) addRoute(fn, route);
      crashAlarm(this, { name, fn, of: pipeline.name, purpose, said: crashes, topic: platform.alarms });
      this.#functions.set(name, fn);
    });

    for (const mapping of wiring.mappings) queues[mapping.queue].invokes(this.functionOf(mapping.function), mapping);
    for (const schedule of wiring.schedules) {
      const target = this.functionOf(schedule.function);
      if ('cron' in schedule) new StartSchedule(this, 'Start', { schedule, target, topic: platform.alarms });
      else new SweepSchedule(this, 'Sweep', { every: Duration.seconds(schedule.everySeconds), target });
    }
    pipelineAlarms(this, {
      pipeline: pipeline.name,
      sweeper: this.functionOf('sweeper'),
      workQueue: queues.work.queue,
      scheduled: wiring.schedules.some((schedule) => 'cron' in schedule),
      topic: platform.alarms,
    });
    this.writeDeployment(pipeline.name);
  }

  /** The output by which all else finds the pipeline, under a name that is the same in whatever stack this stands. */
  private writeDeployment(pipeline: string): void {
    const nameOf = (name: FunctionName) => this.functionOf(name).functionName;
    const deployment: Deployment = deploymentRecord({
      pipeline,
      resources: this.resources,
      functions: {
        ...Object.fromEntries([...this.#functions].map(([name, { functionName }]) => [name, functionName])),
        splitter: nameOf('splitter'),
        forwarder: nameOf('forwarder'),
      },
    });
    const output = new CfnOutput(this, 'Deployment', { value: Stack.of(this).toJsonString(deployment) });
    output.overrideLogicalId(deploymentOutput(pipeline));
  }

  /** @throws {InfraError} where the pipeline has none of that name */
  functionOf(name: string): NodeFunction {
    const fn = this.#functions.get(name);
    if (fn) return fn;
    throw new InfraError(`A pipeline has no function ${name}; it has ${[...this.#functions.keys()].join(', ')}.`);
  }

  private makeQueues(
    wiring: Wiring,
    { system, settings, pipeline, platform }: PipelineProps,
  ): Readonly<Record<QueueName, WorkerQueue>> {
    // Only where it must be found by it: a queue that gets a name is a new queue.
    const isFoundByName = (name: QueueName) =>
      Object.values(system.functions).some(({ scope, uses }) => scope === 'platform' && uses[name] !== undefined);
    return mapValues(
      wiring.queues,
      (queue, name) =>
        new WorkerQueue(this, `${pascalCase(name)}Queue`, {
          queue,
          name: isFoundByName(name) ? queueName(settings.stage, pipeline.name, name) : undefined,
          topic: platform.alarms,
          impact: `${pipeline.name}: ${queue.lost}`,
        }),
    );
  }
}
