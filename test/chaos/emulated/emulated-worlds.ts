import { Agent } from 'node:http';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { SYSTEM } from '../../../functions/system.ts';
import { startServerProcess } from '../../../local/server-process.ts';
import { DynamoTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { s3Objects } from '../../../shared/adapters/s3/objects.ts';
import { type AnyQueue, QUEUES, type QueueName } from '../../../shared/domain/queues.ts';
import { type QueueWiring, wiringOf } from '../../../shared/lambda/wiring.ts';
import { bundle } from '../../../shared/project/bundle.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { RealWork } from '../../../testing/real-work.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { each } from '../../../testing/world-queues.ts';
import { BUCKET, startEmulated, TABLE } from '../../contracts/emulated.ts';
import { add } from '../journal.ts';
import { AnyWorld, type WorldOptions } from '../world.ts';
import type { Unkindness } from './unkind-sqs.ts';
import { VirtualTimeHandler } from './virtual-time.ts';
import { WiredQueue } from './wired-queue.ts';

/** What the emulated SQS does to whoever sends, beside duplicates and lost deletions, which worlds ask for themselves. */
export interface WireFaults extends Omit<Unkindness, 'duplicates'> {
  /** Probability that the answer to a batch is lost on its way: the client sends all of it again. */
  readonly lostAnswers: number;
}

const KIND: WireFaults = { refused: 0, late: 0, lostAnswers: 0 };

/**
 * Emulated AWS, and worlds over the adapters that are deployed: DynamoDB (dynalite), S3 and SQS (fauxqs), each in another
 * process, behind the SDK's clients.
 */
export async function startEmulatedWorlds() {
  const emulated = await startEmulated();
  const sqs = await startServerProcess({
    name: 'virtual SQS',
    script: await bundle({
      entry: join(PACKAGE_DIR, 'test', 'chaos', 'emulated', 'sqs-process.ts'),
      alias: { 'node:sqlite': join(PACKAGE_DIR, 'local', 'emulators', 'sqlite-absent.ts') },
    }),
    listening: z.object({ url: z.url() }),
    logFile: join(emulated.stateDir, 'logs', 'virtual-sqs.log'),
  }).catch(async (error: unknown) => {
    await emulated.stop();
    throw error;
  });
  // One socket: what is sent at once arrives in the order of its sending.
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 });
  let made = 0;
  const seen = new Map<keyof WireFaults | 'duplicates', number>();

  return {
    /** What the wire did to all worlds so far. */
    seen,

    /** A world with a pipeline, a prefix and queues of its own. */
    async world(options: WorldOptions, { lostAnswers, ...unkindness } = KIND): Promise<AnyWorld<WiredQueue>> {
      made += 1;
      const name = `world-${made}`;
      const random = new SeededRandom(options.seed ?? 1);
      let now = () => 0;
      const client = new SQSClient({
        endpoint: sqs.listening.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        requestHandler: new VirtualTimeHandler({
          now: () => now(),
          isLost() {
            const isLost = random.chance(lostAnswers);
            if (isLost) add(seen, 'lostAnswers');
            return isLost;
          },
          http: { httpAgent },
        }),
      });
      const urls: Partial<Record<AnyQueue, Urls>> = await createQueues(
        client,
        name,
        wiringOf(SYSTEM, options.pipeline).queues,
      );
      const work = new RealWork();
      const world = new AnyWorld<WiredQueue>(
        {
          ...options,
          pipeline: { ...options.pipeline, name, endpoint: { ...options.pipeline.endpoint, service: name } },
          table: new DynamoTable(work.watch(emulated.dynamodb), TABLE),
          objects: s3Objects({ client: work.watch(emulated.s3), bucket: BUCKET, prefix: `runs/${name}/` }),
          work,
        },
        (setting) => {
          const of = urls[setting.queueName];
          if (!of) throw new TypeError(`Queue ${setting.queueName} isn't emulated.`);
          const url = setting.deadLetter ? of.live : of.dead;
          return new WiredQueue({ setting, client, work, unkindness, url, done: (what) => void add(seen, what) });
        },
      );
      now = () => world.now();
      return world;
    },

    async stop(): Promise<void> {
      httpAgent.destroy();
      await Promise.all([sqs.stop(), emulated.stop()]);
    },
  };
}

export type EmulatedWorlds = Awaited<ReturnType<typeof startEmulatedWorlds>>;

interface Urls {
  readonly live: string;
  readonly dead: string;
}

/** As they are wired, each with its dead-letter queue. */
async function createQueues(
  client: SQSClient,
  world: string,
  wired: Readonly<Record<QueueName, QueueWiring>>,
): Promise<Record<QueueName, Urls>> {
  const create = async (name: string, { visibilitySeconds }: QueueWiring, redrive = {}) => {
    const Attributes = { VisibilityTimeout: String(visibilitySeconds), ...redrive };
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: `${world}-${name}`, Attributes }));
    if (!QueueUrl) throw new Error(`Queue ${name} was not made.`);
    return QueueUrl;
  };
  const made = new Map<QueueName, Urls>();
  for (const name of QUEUES) {
    const dead = await create(`${name}-dead`, wired[name]);
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${world}-${name}-dead`;
    const { maxReceiveCount } = wired[name];
    const live = await create(name, wired[name], {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });
    made.set(name, { live, dead });
  }
  return each((name) => made.get(name) ?? { live: '', dead: '' });
}
