import { setTimeout as delay } from 'node:timers/promises';
import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { filesOfStage } from '../../local/source-files.ts';
import { eraserOf } from '../../shared/adapters/eraser.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { type Started, type StartRequest, validated } from '../../shared/control/start.ts';
import { InputError } from '../../shared/domain/errors.ts';
import { newRunId } from '../../shared/domain/ids.ts';
import { RUN_STATUSES } from '../../shared/domain/run.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import { callerArn } from '../act.ts';
import { sayTight } from '../doctor/concurrency.ts';
import { EnvironmentError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { findStack, type Stack } from './stack.ts';
import { NEVER, type Target } from './target.ts';
import { upload } from './upload.ts';

/** A look at a run reads up to a thousand checkpoints: slower than on a laptop, and nobody minds. */
const POLL_MS = 2_000;
const MAPPING_POLL_MS = 1_000;
const MAPPING_PATIENCE_MS = 90_000;

/** A pipeline as it is deployed at a stage, with the operator's own credentials. */
export async function deployed(pipeline: Pipeline, stage: string, flags: string, terminal: Terminal): Promise<Target> {
  const stack = await findStack(pipeline, stage);
  const deps = connectOperator(pipeline, stack.resources, stack.region, quiet(terminal), filesOfStage(pipeline.name));
  return {
    pipeline,
    place: `at stage ${stage} (${stack.region})`,
    flags,
    worker: 'deployed',
    fresh: false,
    deps,
    pollMs: POLL_MS,
    cloneMB: stack.clone?.memoryMB ?? null,
    broken: NEVER,
    handOver: (file) => upload(file, stack, pipeline.name),
    async start(request) {
      // What is mistyped is said here, where it may be quoted; refused by the splitter, it would ring an alarm.
      validated(pipeline, request);
      const started = await startBySplitter(stack, request);
      if (started.created) await sayTight(pipeline, stack, terminal);
      return started;
    },
    redrive: async (redrive, filter) => invokeSplitter(stack, { redrive, filter, ...(await byCaller()) }),
    pausePipeline: () => switchMapping(stack, false, terminal.signal),
    resumePipeline: () => switchMapping(stack, true, terminal.signal),
    eraser: () => eraserOf(pipeline.name, { ...stack.resources, region: stack.region }),
    async purge() {
      const client = new SQSClient({});
      await client.send(new PurgeQueueCommand({ QueueUrl: stack.resources.work })).finally(() => client.destroy());
    },
    close: async () => undefined,
  };
}

/** Functions log for CloudWatch; a terminal wants only what goes wrong, and counts nothing. */
function quiet({ stderr }: Terminal): Pick<Deps, 'log' | 'metrics'> {
  const say = (message: string, fields?: Record<string, unknown>) =>
    void stderr.write(`${message}${fields ? ` ${JSON.stringify(fields)}` : ''}\n`);
  const nothing = () => undefined;
  return {
    log: { info: nothing, warn: say, error: say },
    metrics: { count: nothing, observe: nothing, flush: nothing },
  };
}

const started = z.object({ runId: z.string(), status: z.enum(RUN_STATUSES), created: z.boolean() });
const refused = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });
const ASKED_WRONGLY = ['InputError', 'RunConflictError', 'RunPurgedError'];

/** Starts through the splitter, as the schedule does: who may start a run needs no rights on the table. */
async function startBySplitter(stack: Stack, { runId, ...request }: StartRequest): Promise<Started> {
  // Named here, so that the SDK's own repeats, and the user's, are the same run.
  return invokeSplitter(stack, {
    runId: runId ?? newRunId(Date.now(), Math.random),
    ...request,
    ...(await byCaller()),
  });
}

/** Who starts a run, for its records. */
async function byCaller(): Promise<{ by?: string }> {
  const by = await callerArn();
  return by === null ? {} : { by };
}

async function invokeSplitter(stack: Stack, event: object): Promise<Started> {
  const client = new LambdaClient({});
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: stack.functions.splitter, Payload: JSON.stringify(event) }),
    );
    const answer: unknown = JSON.parse(Payload?.transformToString() || 'null');
    if (FunctionError === undefined) return started.parse(answer);
    const { errorType = FunctionError, errorMessage = 'no message' } = refused.parse(answer);
    if (ASKED_WRONGLY.includes(errorType)) throw new InputError(errorMessage);
    if (errorType === 'RunNotFoundError') throw new EnvironmentError(errorMessage);
    throw new EnvironmentError(
      `The splitter ${stack.functions.splitter} failed (${errorType}): ${errorMessage} Its log says more. The same again is safe: ${JSON.stringify(event)}`,
    );
  } finally {
    client.destroy();
  }
}

/** The mapping that feeds the forwarder. @throws {EnvironmentError} where there is none */
export async function workMapping(client: LambdaClient, stack: Stack): Promise<EventSourceMappingConfiguration> {
  const { EventSourceMappings: all = [] } = await client.send(
    new ListEventSourceMappingsCommand({ FunctionName: stack.functions.forwarder }),
  );
  const { work } = stack.resources;
  const queue = work.slice(work.lastIndexOf('/') + 1);
  const mapping = all.find(({ EventSourceArn }) => EventSourceArn?.endsWith(`:${queue}`));
  if (mapping) return mapping;
  throw new EnvironmentError(
    `Function ${stack.functions.forwarder} has no mapping of queue ${queue}: deploy stack ${stack.stack} again.`,
  );
}

/** Enables or disables the work queue's mapping, and waits until it is so. */
async function switchMapping(stack: Stack, on: boolean, signal: AbortSignal): Promise<void> {
  const client = new LambdaClient({});
  try {
    const { UUID } = await workMapping(client, stack);
    await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: on }));
    const until = Date.now() + MAPPING_PATIENCE_MS;
    for (;;) {
      const { State } = await client.send(new GetEventSourceMappingCommand({ UUID }));
      if (State === (on ? 'Enabled' : 'Disabled')) return;
      if (Date.now() > until)
        throw new EnvironmentError(`The mapping ${UUID} is still ${State}; look at it again later.`);
      await delay(MAPPING_POLL_MS, undefined, { signal });
    }
  } finally {
    client.destroy();
  }
}
