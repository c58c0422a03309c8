import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SQS } from '../shared/domain/limits.ts';

/** What AWS would bill, and how it was asked. */
export interface SdkCounts {
  /** Commands sent, by service and command such as `DynamoDB.PutItem`. */
  readonly calls: Readonly<Record<string, number>>;
  /** HTTP requests beyond one per command: the SDK's own retries. */
  readonly retries: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Write units by command: where they go. */
  readonly unitsBy: Readonly<Record<string, number>>;
  /** SQS requests as billed: each 64 KiB of a request's or an answer's messages is one. */
  readonly sqsRequests: number;
  /** Receives that brought nothing; part of `sqsRequests`. */
  readonly emptyReceives: number;
  /** Requests for the items that forwarders share, an endpoint's or a budget's. */
  readonly gateReads: number;
  readonly gateWrites: number;
}

const CLIENTS = { DynamoDB: DynamoDBClient, SQS: SQSClient, S3: S3Client, SES: SESv2Client };
type Service = keyof typeof CLIENTS;
const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'DescribeTable']);

/**
 * Counts everything that this process's AWS clients send from now on, whoever made them: product code knows nothing of it.
 * DynamoDB is asked for the capacity it consumed, so units are its own figures and no estimate; a failed condition, for
 * which it gives none, counts as the one unit it costs at least.
 */
export class SdkCounter {
  #calls = new Map<string, number>();
  #unitsBy = new Map<string, number>();
  #retries = 0;
  #readUnits = 0;
  #sqsRequests = 0;
  #emptyReceives = 0;
  #gateReads = 0;
  #gateWrites = 0;

  constructor() {
    for (const service of ['DynamoDB', 'SQS', 'S3', 'SES'] as const) this.#instrument(service);
  }

  /** What was counted since the last call of this. */
  take(): SdkCounts {
    const counts: SdkCounts = {
      calls: Object.fromEntries([...this.#calls].sort(([a], [b]) => (a < b ? -1 : 1))),
      retries: this.#retries,
      writeUnits: [...this.#unitsBy.values()].reduce((sum, units) => sum + units, 0),
      readUnits: this.#readUnits,
      unitsBy: Object.fromEntries(this.#unitsBy),
      sqsRequests: this.#sqsRequests,
      emptyReceives: this.#emptyReceives,
      gateReads: this.#gateReads,
      gateWrites: this.#gateWrites,
    };
    this.#calls = new Map();
    this.#unitsBy = new Map();
    this.#retries = this.#readUnits = this.#sqsRequests = this.#emptyReceives = 0;
    this.#gateReads = this.#gateWrites = 0;
    return counts;
  }

  #instrument(service: Service): void {
    const { prototype } = CLIENTS[service];
    const send: unknown = Reflect.get(prototype, 'send');
    if (typeof send !== 'function') throw new Error(`${service}'s client has no send().`);
    const count = this.#count.bind(this, service);
    Object.defineProperty(prototype, 'send', {
      value(this: unknown, command: object, ...rest: unknown[]) {
        const input: unknown = Reflect.get(command, 'input');
        if (service === 'DynamoDB' && isObject(input)) Reflect.set(input, 'ReturnConsumedCapacity', 'TOTAL');
        const name = command.constructor.name.replace(/Command$/, '');
        const sending: Promise<unknown> = Reflect.apply(send, this, [command, ...rest]);
        sending.then(
          (output) => count(name, input, output),
          (error: unknown) => count(name, input, error),
        );
        return sending;
      },
    });
  }

  #count(service: Service, name: string, input: unknown, output: unknown): void {
    const call = `${service}.${name}`;
    add(this.#calls, call, 1);
    this.#retries += Math.max(0, (numberIn(field(output, '$metadata'), 'attempts') ?? 1) - 1);
    if (service === 'DynamoDB') {
      if (isOfGate(input)) {
        if (READS.has(name)) this.#gateReads += 1;
        else this.#gateWrites += 1;
      }
      const units = unitsOf(field(output, 'ConsumedCapacity'));
      if (READS.has(name)) this.#readUnits += units;
      else add(this.#unitsBy, name, field(output, 'name') === 'ConditionalCheckFailedException' ? 1 : units);
    }
    if (service === 'SQS') {
      const bytes = sum(field(input, 'Entries'), messageBytes) + sum(field(output, 'Messages'), messageBytes);
      this.#sqsRequests += Math.max(1, Math.ceil(bytes / SQS.billedChunkBytes));
      if (name === 'ReceiveMessage' && bytes === 0) this.#emptyReceives++;
    }
  }
}

/** One item of those that no pipeline's key leads to. */
function isOfGate(input: unknown): boolean {
  const key = field(field(field(input, 'Key'), 'pk'), 'S');
  return typeof key === 'string' && /^[ER]#/.test(key);
}

/** One answer's units; an answer to a batch has them by table. */
function unitsOf(consumed: unknown): number {
  return Array.isArray(consumed) ? sum(consumed, unitsOf) : (numberIn(consumed, 'CapacityUnits') ?? 0);
}

function messageBytes(message: unknown): number {
  const body = field(message, 'MessageBody') ?? field(message, 'Body');
  return typeof body === 'string' ? Buffer.byteLength(body) : 0;
}

function sum(values: unknown, of: (value: unknown) => number): number {
  return Array.isArray(values) ? values.reduce<number>((total, value) => total + of(value), 0) : 0;
}

function add(to: Map<string, number>, key: string, value: number): void {
  to.set(key, (to.get(key) ?? 0) + value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function field(of: unknown, name: string): unknown {
  return isObject(of) ? Reflect.get(of, name) : undefined;
}

function numberIn(of: unknown, name: string): number | undefined {
  const value = field(of, name);
  return typeof value === 'number' ? value : undefined;
}
