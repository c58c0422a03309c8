import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AnyQueue, OptionalQueue, QueueName } from '../../shared/domain/queues.ts';
import { mapPresent, mapValues } from '../../shared/domain/records.ts';
import { DEAD_LETTERS } from '../../shared/lambda/declaration.ts';
import type { MappingWiring, QueueWiring, Wiring } from '../../shared/lambda/wiring.ts';
import { pascalCase } from '../../shared/project/deployment.ts';

/**
 * The name of a pipeline's queue that functions of the platform send to: they find it by the pipeline's name. At most SQS's 80 characters. A
 * stage's name has no underscore, so what begins like one stage's is no other's.
 */
export function queueName(stage: string, pipeline: string, queue: AnyQueue): string {
  return `mp-${stage}_${pipeline}-${queue}`;
}

/** What no queue may be without. */
const SAFE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;

export interface WorkerQueuesProps {
  readonly wiring: Pick<Wiring, 'queues' | 'optionalQueues' | 'deadLetters'>;
  /** CloudFormation's own where undefined. Another name is another queue: what the old one held is gone. */
  nameOf(queue: AnyQueue): string | undefined;
}

/**
 * A pipeline's queues, which can't lose a message unseen: one dead-letter queue behind all of them, 14 days, encrypted, TLS only. One, because an
 * idle queue costs by the month what it takes to poll it; its function tells the letters apart, and counts them.
 */
export class WorkerQueues {
  readonly queues: Readonly<Record<QueueName, Queue> & Partial<Record<OptionalQueue, Queue>>>;
  readonly deadLetters: Queue;

  /** @param scope the pipeline's construct: a queue that stood elsewhere would be another queue */
  constructor(scope: Construct, { wiring, nameOf }: WorkerQueuesProps) {
    const stay = ({ retentionSeconds, visibilitySeconds }: Wiring['deadLetters']) => ({
      retentionPeriod: Duration.seconds(retentionSeconds),
      visibilityTimeout: Duration.seconds(visibilitySeconds),
    });
    this.deadLetters = new Queue(scope, 'DeadLetters', { ...SAFE, ...stay(wiring.deadLetters) });
    const make = (queue: QueueWiring, name: AnyQueue) => {
      const queueName = nameOf(name);
      return new Queue(new Construct(scope, `${pascalCase(name)}Queue`), 'Queue', {
        ...SAFE,
        ...stay(queue),
        ...(queueName !== undefined && { queueName }),
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: queue.maxReceiveCount },
      });
    };
    this.queues = { ...mapValues(wiring.queues, make), ...mapPresent(wiring.optionalQueues, make) };
  }

  /** Lets a function consume a queue exactly as the wiring says. */
  invokes(target: IFunction, { queue, ...mapping }: MappingWiring): void {
    target.addEventSource(
      new SqsEventSource(this.taken(queue), {
        batchSize: mapping.batchSize,
        maxBatchingWindow: Duration.seconds(mapping.windowSeconds),
        // Not reserved concurrency: pollers ignore that, and throttled messages end in the dead-letter queue unprocessed.
        maxConcurrency: mapping.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }

  private taken(queue: MappingWiring['queue']): Queue {
    const found = queue === DEAD_LETTERS ? this.deadLetters : this.queues[queue];
    if (found) return found;
    throw new TypeError(`The pipeline has no queue ${queue}, which a function takes.`);
  }
}
