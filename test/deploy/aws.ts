import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import { attributesOf } from '../../shared/adapters/dynamodb/registers.ts';
import { isFinal, RUN_STATUSES, type RunStatus } from '../../shared/domain/run.ts';
import { type Deployment, deploymentParameter, readDeployment } from '../../shared/project/deployment-record.ts';
import { poll } from './poll.ts';

/** What the splitter answers to whoever starts a run. */
const started = z.object({ runId: z.string(), created: z.boolean(), report: z.string() });
export type Started = z.infer<typeof started>;

const status = z.enum(RUN_STATUSES);

/** The deployed app, seen from outside with the SDK: as a console, or a person with credentials, would. */
export class Deployed {
  readonly #lambda: LambdaClient;
  readonly #dynamo: DynamoDBClient;
  readonly #s3: S3Client;
  readonly #ssm: SSMClient;
  readonly #pipeline: string;

  /** @param options of the SDK's clients: region, credentials, endpoint */
  constructor(
    pipeline: string,
    options: { region: string; endpoint?: string; credentials?: { accessKeyId: string; secretAccessKey: string } },
  ) {
    this.#pipeline = pipeline;
    this.#lambda = new LambdaClient({ ...options, maxAttempts: 1 });
    this.#dynamo = new DynamoDBClient(options);
    this.#s3 = new S3Client(options);
    this.#ssm = new SSMClient(options);
  }

  /** The record that the deployment wrote. */
  async deployment(stage: string): Promise<Deployment> {
    const Name = deploymentParameter(stage, this.#pipeline);
    const { Parameter } = await this.#ssm.send(new GetParameterCommand({ Name }));
    return readDeployment(Parameter?.Value ?? '', Name);
  }

  /** Starts a run as the Test button does. @throws {Error} with what the function threw */
  async invoke(splitter: string, event: unknown): Promise<Started> {
    const answer = await this.#lambda.send(
      new InvokeCommand({ FunctionName: splitter, Payload: JSON.stringify(event) }),
    );
    const payload = new TextDecoder().decode(answer.Payload);
    if (answer.FunctionError)
      throw new Error(`${splitter} threw ${answer.FunctionError} for ${JSON.stringify(event)}: ${payload}`);
    return started.parse(JSON.parse(payload));
  }

  /** Like {@link invoke} for an event that must be refused. @returns the function's error */
  async invokeRefused(splitter: string, event: unknown): Promise<string> {
    const answer = await this.#lambda.send(
      new InvokeCommand({ FunctionName: splitter, Payload: JSON.stringify(event) }),
    );
    const payload = new TextDecoder().decode(answer.Payload);
    if (!answer.FunctionError)
      throw new Error(`${splitter} accepted ${JSON.stringify(event)}, which is wrong: ${payload}`);
    return payload;
  }

  /**
   * Waits until a run has ended.
   * @throws {Error} when it doesn't in time, or not as `wanted`
   */
  async ended(table: string, runId: string, wanted: RunStatus, seconds: number, signal: AbortSignal): Promise<void> {
    let seen: RunStatus | 'absent' = 'absent';
    const end = await poll(
      `run ${runId} to end`,
      async () => {
        const { pk, sk } = keysOf(this.#pipeline).run(runId);
        const { Item } = await this.#dynamo.send(
          new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
        );
        if (!Item) return undefined;
        seen = status.parse(Item.status?.S);
        return isFinal(seen) ? seen : undefined;
      },
      { seconds, signal },
    ).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)} Its status is ${seen}.`);
    });
    if (end !== wanted) throw new Error(`Run ${runId} ended as ${end}, not ${wanted}.`);
  }

  /** Waits for a run whose id matches, and gives the id. */
  firstRun(table: string, id: RegExp, seconds: number, signal: AbortSignal): Promise<string> {
    const { pipeline } = keysOf(this.#pipeline);
    return poll(
      `a run whose id matches ${id}`,
      async () => {
        const { Items = [] } = await this.#dynamo.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'runs',
            KeyConditionExpression: 'gpk = :pipeline',
            ExpressionAttributeValues: { ':pipeline': { S: pipeline } },
          }),
        );
        return Items.map(({ pk }) => pk?.S?.slice(pipeline.length + 1) ?? '').find((run) => id.test(run));
      },
      { seconds, everyMs: 2_000, signal },
    );
  }

  /** Whether the only child of a run waits for its callback, by the register of its block. */
  async waits(table: string, runId: string): Promise<boolean> {
    const { pk, sk } = keysOf(this.#pipeline).block(runId, { slice: 0, segment: 0, block: 0 });
    const { Item } = await this.#dynamo.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
    );
    return Item !== undefined && attributesOf(0).waiting in Item;
  }

  /** ARN of a function's role. */
  async roleOf(functionName: string): Promise<string> {
    const { Role } = await this.#lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    if (!Role) throw new Error(`${functionName} has no role.`);
    return Role;
  }

  /** A variable of a function's environment. */
  async variableOf(functionName: string, variable: string): Promise<string> {
    const { Environment } = await this.#lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    const value = Environment?.Variables?.[variable];
    if (value === undefined) throw new Error(`${functionName} has no ${variable}.`);
    return value;
  }

  async object(bucket: string, key: string): Promise<Uint8Array> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!Body) throw new Error(`Object ${key} of ${bucket} has no body.`);
    return Body.transformToByteArray();
  }

  /** Replaces a bucket's tags. */
  async tag(bucket: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await this.#s3.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet } }));
  }

  /** Names of functions and buckets that start so: what a destroyed app may not leave. */
  async leftovers(prefix: string): Promise<string[]> {
    const { Buckets = [] } = await this.#s3.send(new ListBucketsCommand({}));
    const names = [...(await this.#functions()).map(({ name }) => name), ...Buckets.map(({ Name = '' }) => Name)];
    return names.filter((name) => name.startsWith(prefix));
  }

  /** Changes an environment variable of every function that has it. @returns how many have it */
  async rewriteEnvironment(variable: string, change: (value: string) => string): Promise<number> {
    let changed = 0;
    for (const { name, environment } of await this.#functions()) {
      const value = environment[variable];
      if (value === undefined) continue;
      changed += 1;
      const Variables = { ...environment, [variable]: change(value) };
      await this.#lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables } }),
      );
    }
    return changed;
  }

  async #functions(): Promise<{ name: string; environment: Record<string, string> }[]> {
    const found: { name: string; environment: Record<string, string> }[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client: this.#lambda }, {})) {
      found.push(
        ...Functions.map(({ FunctionName = '', Environment }) => ({
          name: FunctionName,
          environment: Environment?.Variables ?? {},
        })),
      );
    }
    return found;
  }
}
