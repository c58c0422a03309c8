import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoStores } from '../adapters/dynamodb/index.ts';
import { s3Objects } from '../adapters/s3/objects.ts';
import { sqsQueue } from '../adapters/sqs/sqs-queue.ts';
import { triesOf } from '../adapters/tries.ts';
import type { Pipeline } from '../author/definition.ts';
import type { AggregateMessage, SplitMessage, WorkMessage } from '../domain/messages.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { Deps } from '../ports/deps.ts';
import { wiring } from '../ports/wiring.ts';
import type { Config } from './config.ts';
import { emfMetrics, lambdaLog } from './telemetry.ts';

export const systemRandom: Random = { next: () => Math.random(), id: () => randomUUID() };

/**
 * How long one try of a call may wait for its answer. Tables and queues answer in milliseconds, and nobody long-polls through
 * these clients; an object's try sends or fetches megabytes.
 */
export const TRY_MS = { dynamodb: 3_000, sqs: 3_000, s3: 20_000 } as const;

/** What lives as long as the process: clients with their connections, and all that is built on them. */
export function wire(
  pipeline: Pipeline,
  config: Config,
  telemetry?: Pick<Deps, 'log' | 'metrics'>,
  tryMs: Readonly<Record<keyof typeof TRY_MS, number>> = TRY_MS,
): Deps {
  // All that is called here can be called twice. A forwarder writes for ten messages at once; the 50 sockets that a client
  // opens by default are plenty.
  const options = { region: config.AWS_REGION, maxAttempts: 5 };
  const dynamo = new DynamoDBClient({ ...options, requestHandler: triesOf(tryMs.dynamodb), cacheMiddleware: true });
  // Checksums beyond what S3 asks for cost CPU on every object; TLS and S3 check the bytes as it is.
  const s3 = new S3Client({
    ...options,
    requestHandler: triesOf(tryMs.s3),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const sqs = new SQSClient({ ...options, requestHandler: triesOf(tryMs.sqs), md5: false });
  // It copies each request and answer for a log that isn't configured.
  for (const { middlewareStack } of [dynamo, s3, sqs]) middlewareStack.remove('loggerMiddleware');
  return {
    pipeline,
    wiring: wiring(pipeline),
    stores: dynamoStores({ client: dynamo, table: config.MP_TABLE, pipeline: pipeline.name }),
    objects: s3Objects({ client: s3, bucket: config.MP_BUCKET, prefix: `runs/${pipeline.name}/` }),
    queues: {
      split: sqsQueue<SplitMessage>({ client: sqs, url: config.MP_SPLIT_QUEUE_URL }),
      work: sqsQueue<WorkMessage>({ client: sqs, url: config.MP_WORK_QUEUE_URL }),
      aggregate: sqsQueue<AggregateMessage>({ client: sqs, url: config.MP_AGGREGATE_QUEUE_URL }),
    },
    clock: systemClock,
    random: systemRandom,
    ...(telemetry ?? { log: lambdaLog(pipeline.name), metrics: emfMetrics(pipeline.name) }),
  };
}
