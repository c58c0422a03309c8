import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Pipeline } from '../domain/definition.ts';
import type { AggregateMessage, SplitMessage, WorkMessage } from '../domain/messages.ts';
import type { Deps } from '../flow/deps.ts';
import { sqsQueue } from '../messaging/sqs-queue.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import { dynamoStores } from '../stores/dynamodb/index.ts';
import { s3Objects } from '../stores/s3/objects.ts';
import { wiring } from '../wiring.ts';
import type { Config } from './config.ts';
import { emfMetrics, lambdaLog } from './telemetry.ts';

export const systemRandom: Random = { next: () => Math.random(), id: () => randomUUID() };

/** What lives as long as the process: clients with their connections, and all that is built on them. */
export function wire(pipeline: Pipeline, config: Config, telemetry?: Pick<Deps, 'log' | 'metrics'>): Deps {
  const options = {
    region: config.AWS_REGION,
    maxAttempts: 5,
    // A forwarder writes for ten messages at once; the SDK's default of 50 sockets is plenty, its time-outs are none.
    requestHandler: new NodeHttpHandler({ connectionTimeout: 3_000, requestTimeout: 20_000 }),
  };
  const dynamo = new DynamoDBClient({ ...options, cacheMiddleware: true });
  // Checksums beyond what S3 asks for cost CPU on every object; TLS and S3 check the bytes as it is.
  const s3 = new S3Client({
    ...options,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const sqs = new SQSClient({ ...options, md5: false });
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
