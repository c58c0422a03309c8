import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueName } from '../../shared/domain/queues.ts';
import type { MappingWiring, QueueWiring } from '../../shared/lambda/wiring.ts';

/**
 * The name of a pipeline's queue that functions of the platform send to: they find it by the pipeline's name. At most SQS's 80 characters. A
 * stage's name has no underscore, so what begins like one stage's is no other's.
 */
export function queueName(stage: string, pipeline: string, queue: QueueName): string {
  return `mp-${stage}_${pipeline}-${queue}`;
}

export interface WorkerQueueProps {
  readonly queue: QueueWiring;
  /** CloudFormation's own where absent. Another name is another queue: what the old one held is gone. */
  readonly name?: string | undefined;
}

/** A queue that can't lose a message unseen: dead-letter queue, 14 days, encrypted, TLS only. The dead-letter function counts what arrives there. */
export class WorkerQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkerQueueProps) {
    super(scope, id);
    const safe = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
    const retentionPeriod = Duration.seconds(props.queue.retentionSeconds);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...safe,
      retentionPeriod,
      visibilityTimeout: Duration.seconds(props.queue.deadLetterVisibilitySeconds),
    });
    this.queue = new Queue(this, 'Queue', {
      ...safe,
      ...(props.name !== undefined && { queueName: props.name }),
      retentionPeriod,
      visibilityTimeout: Duration.seconds(props.queue.visibilitySeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.queue.maxReceiveCount },
    });
  }

  /** Lets a function consume the queue, or its dead letters, exactly as the wiring says. */
  invokes(target: IFunction, mapping: MappingWiring): void {
    target.addEventSource(
      new SqsEventSource(mapping.deadLetter ? this.deadLetters : this.queue, {
        batchSize: mapping.batchSize,
        maxBatchingWindow: Duration.seconds(mapping.windowSeconds),
        // Not reserved concurrency: pollers ignore that, and throttled messages end in the dead-letter queue unprocessed.
        maxConcurrency: mapping.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
