import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Pipeline as Definition } from '../../shared/author/definition.ts';
import {
  type EnvironmentName,
  FUNCTIONS,
  type FunctionName,
  QUEUES,
  type QueueName,
  type Wiring,
  wiring,
} from '../../shared/ports/wiring.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { ACCESS } from '../access.ts';
import type { StageSettings } from '../settings.ts';
import { grantShared } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import { pipelineAlarms } from './pipeline-alarms.ts';
import type { Platform } from './platform.ts';
import type { ServiceEndpoint } from './queue-dedicated-clone.ts';
import { WorkerQueue } from './queue-worker.ts';
import { StartSchedule, SweepSchedule } from './schedules.ts';

export interface PipelineProps {
  readonly settings: StageSettings;
  readonly pipeline: Definition;
  /** Absolute path of the definition's module: what `#pipeline` means in the bundles. */
  readonly pipelineEntry: string;
  /** Absolute path of a function's module. */
  readonly functionEntry: (name: FunctionName) => string;
  readonly platform: Platform;
  /** The queue-dedicated clone of the pipeline's service. */
  readonly clone: ServiceEndpoint;
}

const PURPOSE: Readonly<Record<FunctionName, string>> = {
  splitter: 'starts a run and enumerates its items into the work queue. Test with {} or {"limit": 100}',
  forwarder: 'calls the service for each child and stores the outcomes',
  aggregator: 'reduces results to the report, stores and mails it',
  'dead-letter': 'gives every message that could not be handled an outcome',
  sweeper: 'resumes what stands still, closes what is overdue',
};

const LOST: Readonly<Record<QueueName, string>> = {
  split: 'part of a run is not enumerated; the run ends at its deadline unless the sweeper resumes it.',
  work: 'children end as FAILED without their service having answered; reports miss their results.',
  aggregate: 'a report is late until the sweeper tells again.',
};

/** All that runs one pipeline, as `wiring(pipeline)` says: no number is written here. */
export class Pipeline extends Construct {
  readonly functions: Readonly<Record<FunctionName, NodeFunction>>;
  /** What each of them has in its environment. */
  readonly environment: Readonly<Record<EnvironmentName, string>>;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { pipeline, platform } = props;
    const wired = wiring(pipeline);
    const queues = this.makeQueues(wired, platform.alarms);
    const environment = environmentOf(props, queues);
    this.environment = environment;

    this.functions = byName(FUNCTIONS, (name) => {
      const fn = new NodeFunction(this, pascalCase(name), {
        settings: props.settings,
        description: `${pipeline.name}: ${PURPOSE[name]}`,
        entry: props.functionEntry(name),
        pipelineEntry: props.pipelineEntry,
        ...wired.functions[name],
        environment,
      });
      const access = ACCESS[name];
      grantShared(fn, platform, pipeline.name, access);
      for (const queue of access.sendsTo) queues[queue].queue.grantSendMessages(fn);
      if (access.callsClone) props.clone.function.grantInvokeUrl(fn);
      return fn;
    });

    for (const mapping of wired.mappings) queues[mapping.queue].invokes(this.functions[mapping.function], mapping);
    const starts = wired.schedules.map((schedule) =>
      schedule.name === 'start'
        ? new StartSchedule(this, 'Start', {
            schedule,
            target: this.functions[schedule.function],
            topic: platform.alarms,
          })
        : new SweepSchedule(this, 'Sweep', {
            every: Duration.seconds(schedule.everySeconds),
            target: this.functions[schedule.function],
          }),
    );
    pipelineAlarms(this, {
      pipeline: pipeline.name,
      functions: this.functions,
      workQueue: queues.work.queue,
      scheduled: starts.some((start) => start instanceof StartSchedule),
      topic: platform.alarms,
    });
  }

  private makeQueues(wired: Wiring, topic: ITopic): Record<QueueName, WorkerQueue> {
    return byName(
      QUEUES,
      (name) =>
        new WorkerQueue(this, `${pascalCase(name)}Queue`, {
          queue: wired.queues[name],
          deadLetterHandler: wired.functions['dead-letter'],
          topic,
          impact: `${wired.pipeline}: ${LOST[name]}`,
        }),
    );
  }
}

function environmentOf(props: PipelineProps, queues: Record<QueueName, WorkerQueue>): Record<EnvironmentName, string> {
  const { platform, settings } = props;
  return {
    MP_STAGE: settings.stage,
    MP_TABLE: platform.table.tableName,
    MP_BUCKET: platform.bucket.bucketName,
    MP_SPLIT_QUEUE_URL: queues.split.queue.queueUrl,
    MP_WORK_QUEUE_URL: queues.work.queue.queueUrl,
    MP_AGGREGATE_QUEUE_URL: queues.aggregate.queue.queueUrl,
    MP_ENDPOINT_URL: props.clone.url,
    MP_ENDPOINT_AUTH: 'IAM',
    MP_MAIL_FROM: settings.mail?.from ?? '',
    MP_EVENT_BUS: platform.bus.eventBusName,
  };
}

/** A record with a value for each name, made in order. */
function byName<K extends string, V>(names: readonly K[], make: (name: K) => V): Record<K, V> {
  const made: Partial<Record<K, V>> = {};
  for (const name of names) made[name] = make(name);
  return complete(made, names);
}

function complete<K extends string, V>(made: Partial<Record<K, V>>, names: readonly K[]): Record<K, V> {
  const isComplete = (record: Partial<Record<K, V>>): record is Record<K, V> => names.every((name) => name in record);
  if (isComplete(made)) return made;
  throw new TypeError(`Each of ${names.join(', ')} needs a value.`);
}
