import { pathToFileURL } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readSource } from '../../functions/splitter/read-source.ts';
import { splitSlice } from '../../functions/splitter/split.ts';
import { sendItemsDirectly } from '../../shared/adapters/direct/dynamodb.ts';
import { sendMessagesDirectly } from '../../shared/adapters/direct/sqs.ts';
import { DynamoTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import type { Key } from '../../shared/adapters/dynamodb/keys.ts';
import { storesOn } from '../../shared/adapters/dynamodb/stores-on.ts';
import { sourceFiles } from '../../shared/adapters/sources/source-files.ts';
import { sqsQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { triesOf } from '../../shared/adapters/tries.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { csv } from '../../shared/author/sources/csv.ts';
import { overFiles } from '../../shared/author/sources/over-files.ts';
import { startRun } from '../../shared/control/start.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { TRY_MS } from '../../shared/lambda/connect.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';

const RUN = 'bench';
const HOUR_MS = 3_600_000;

/** Pages of a chain go to the servers, or nowhere; the few other records of a run are kept. */
class PagesAway extends MemoryTable {
  readonly #servers: ItemTable | null;

  constructor(servers: ItemTable | null) {
    super();
    this.#servers = servers;
  }

  override async get(key: Key) {
    if (!isPage(key)) return super.get(key);
    return this.#servers?.get(key);
  }

  override async putIfAbsent(...[key, item]: Parameters<MemoryTable['putIfAbsent']>) {
    if (!isPage(key)) return super.putIfAbsent(key, item);
    return this.#servers?.putIfAbsent(key, item) ?? true;
  }
}

const isPage = ({ sk }: Key) => sk.startsWith('IN#');

/** Makes each message's body, as a queue of SQS does, and drops it. */
class NullQueue implements Queue<WorkMessage> {
  bytes = 0;

  async send(messages: readonly Outgoing<WorkMessage>[]): Promise<void> {
    for (const { message } of messages) this.bytes += JSON.stringify(message).length;
  }

  waiting = async () => 0;
  isLongerThan = async () => false;
  retryIn = async () => {};
}

/** Clients that send as a deployed function's do. */
function clientsOf(endpoint: string) {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const options = { region: 'eu-central-1', endpoint, credentials, cacheMiddleware: true };
  const dynamodb = new DynamoDBClient({ ...options, requestHandler: triesOf(TRY_MS.dynamodb) });
  const sqs = new SQSClient({ ...options, requestHandler: triesOf(TRY_MS.sqs), md5: false });
  sendItemsDirectly(dynamodb);
  sendMessagesDirectly(sqs);
  return { dynamodb, sqs };
}

/** A run of the file that has been started, over what answers everything and keeps nothing. */
async function started(file: string, url: string | null) {
  const servers = url === null ? null : clientsOf(url);
  const table = new PagesAway(servers && new DynamoTable(servers.dynamodb, 'bench'));
  const none: Queue<never> = {
    send: async () => {},
    waiting: async () => 0,
    isLongerThan: async () => false,
    retryIn: async () => {},
  };
  const objects = new MemoryObjects();
  const pipeline = overFiles(
    definePipeline({ name: 'bench', source: csv(), endpoint: { service: 'bench', path: '/' } }),
    () => sourceFiles({ folder: '.', anyFile: true, objects: () => objects }),
  );
  const deps = {
    pipeline,
    stores: storesOn(table, pipeline.name),
    objects,
    queues: {
      split: none,
      aggregate: none,
      work: servers === null ? new NullQueue() : sqsQueue<WorkMessage>({ client: servers.sqs, url: `${url}/1/work` }),
    },
    clock: systemClock,
    random: new SeededRandom(1),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {}, observe: () => {}, flush: () => {} },
  };
  await startRun(deps, { runId: RUN, file: pathToFileURL(file).href }, 'cli');
  const run = await deps.stores.runs.read(RUN);
  if (!run) throw new Error('The run was not started.');
  return { deps, run };
}

/** Reads a file's rows to what pages hold, and does nothing with them. */
export async function readAlone(file: string): Promise<number> {
  const { deps, run } = await started(file, null);
  const [range = null] = (await deps.stores.runs.readPlan(RUN)) ?? [];
  let rows = 0;
  for await (const _ of readSource(deps, run, 0, { range, cursor: null, count: 0 })) rows++;
  return rows;
}

/** Splits a file as a splitter does. @param url null servers; without them, pages and messages are made and dropped */
export async function measureSplitter(file: string, url: string | null): Promise<number> {
  const { deps, run } = await started(file, url);
  const result = await splitSlice(deps, run, 0, { id: 'bench', deadline: Date.now() + HOUR_MS });
  if (result !== 'ended') throw new Error(`The slice came to ${JSON.stringify(result)}.`);
  const [checkpoint] = await deps.stores.chains.readCheckpoints(RUN, [0]);
  return checkpoint?.count ?? 0;
}
