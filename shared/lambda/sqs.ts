import type { Context, SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import type { CallMessage } from '../domain/call-message.ts';
import { SourceError, show } from '../domain/errors.ts';
import { type AggregateMessage, idsOf, type SplitMessage, type WorkMessage } from '../domain/messages.ts';
import { beginning } from '../domain/text.ts';
import { UserError } from '../domain/user-error.ts';
import { isNewer, NewerVersionError } from '../domain/versions.ts';
import { excerptOf, recordRefusal } from '../flow/refusal.ts';
import type { FlowDeps, Invocation, Process } from '../ports/deps.ts';
import type { Queue } from '../ports/queue.ts';
import { type LogIds, withLogIds } from './log-ids.ts';
import { NotBefore, RetryLater } from './retry-later.ts';

/** A message as a handler gets it: checked, and known to be its pipeline's. */
export interface Received<M> {
  readonly messageId: string;
  /** How often the queue has handed it out, this time included. */
  readonly receives: number;
  readonly message: M;
}

/** The part of an SQS event that is used. */
export const sqsEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
      eventSourceARN: z.string(),
    }),
  ),
});
export type SqsEvent = z.infer<typeof sqsEvent>;
type Entry = SqsEvent['Records'][number];

type Message = SplitMessage | WorkMessage | AggregateMessage | CallMessage;

/** Ids of what a received message is about: its log lines carry them. */
export function logIdsOf({ messageId, message }: Received<Message>): LogIds {
  return { messageId, ...(message.type === 'calls' ? {} : idsOf(message)) };
}

export interface BatchOptions<M extends Message> {
  readonly schema: z.ZodType<M>;
  /** Where a failed message is made visible again before its long time-out. */
  readonly queue: Queue<M>;
  /** Gives the errors of failed messages by message id. Every other message was handled and may be deleted. */
  handle(batch: readonly Received<M>[], invocation: Invocation): Promise<ReadonlyMap<string, unknown>>;
}

/**
 * The one place where a batch's failures are decided. A message that can't be read is recorded and deleted. A message that failed goes
 * back alone, with a wait that grows with its receives; the rest of the batch is deleted. A message of a newer release goes back too:
 * during a deployment or after a rollback it waits for functions that know it.
 */
export async function handleBatch<M extends Message>(
  deps: FlowDeps<never>,
  { schema, queue, handle }: BatchOptions<M>,
  event: SqsEvent,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const batch: Received<M>[] = [];
  const failed = new Map<string, unknown>();
  for (const entry of event.Records) {
    const read = readMessage(schema, deps.pipeline.name, entry.body);
    if ('message' in read) {
      batch.push({
        messageId: entry.messageId,
        receives: entry.attributes.ApproximateReceiveCount,
        message: read.message,
      });
    } else if ('newer' in read) failed.set(entry.messageId, read.newer);
    else {
      await refuse(deps, entry, read.reason, read.detail).catch((error) => {
        failed.set(entry.messageId, error);
        const { messageId, attributes } = entry;
        withLogIds({ messageId }, () => logFailure(deps, attributes.ApproximateReceiveCount, error));
      });
    }
  }
  if (batch.length > 0) {
    for (const [id, error] of await handle(batch, invocationOf(deps, context))) failed.set(id, error);
  }
  for (const received of batch) {
    const { error } = readFailure(failed.get(received.messageId));
    if (!failed.has(received.messageId) || isNoFailure(error)) continue;
    withLogIds(logIdsOf(received), () => logFailure(deps, received.receives, error));
  }
  const entries = event.Records.filter(({ messageId }) => failed.has(messageId));
  await Promise.all(entries.map((entry) => putBack(deps, queue, entry, failed.get(entry.messageId))));
  return { batchItemFailures: entries.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

export function invocationOf(
  { clock }: Pick<Process, 'clock'>,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
): Invocation {
  return { id: context.awsRequestId, deadline: clock.now() + context.getRemainingTimeInMillis() };
}

/** Handles a batch message by message. */
export function oneByOne<M extends Message>(
  handle: (received: Received<M>, invocation: Invocation) => Promise<void>,
): BatchOptions<M>['handle'] {
  return async (batch, invocation) => {
    const failed = new Map<string, unknown>();
    for (const received of batch) {
      try {
        await withLogIds(logIdsOf(received), () => handle(received, invocation));
      } catch (error) {
        failed.set(received.messageId, error);
      }
    }
    return failed;
  };
}

type ReadMessage<M> =
  | { readonly message: M }
  | { readonly newer: NewerVersionError }
  | { readonly reason: string; readonly detail: string };

/** In every version `v` and `pipeline` stand where they stand today. */
const address = z.object({ pipeline: z.string() });

/** Reads a message's body: a message, one of a newer version, or what nobody can take, with the reason. */
export function readMessage<M extends { readonly pipeline: string }>(
  schema: z.ZodType<M>,
  pipeline: string,
  body: string,
): ReadMessage<M> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // The parser's own words quote the body, and this goes to the log.
    return { reason: 'not-json', detail: `The body's ${body.length} characters are not JSON.` };
  }
  const addressed = address.safeParse(value);
  if (isNewer(value) && addressed.data?.pipeline === pipeline) return { newer: new NewerVersionError('The message') };
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const detail = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(message)'}: ${message}`);
    return { reason: 'not-a-message', detail: beginning(detail.join('; '), 500) };
  }
  return parsed.data.pipeline === pipeline
    ? { message: parsed.data }
    : { reason: 'other-pipeline', detail: `It is of another pipeline; this is ${show(pipeline)}.` };
}

/** Records a message of an event that no handler can take. */
export async function refuse(deps: FlowDeps<never>, entry: Entry, reason: string, detail: string): Promise<void> {
  await recordRefusal(deps, {
    messageId: entry.messageId,
    queue: entry.eventSourceARN.split(':').at(-1) ?? '',
    reason,
    detail,
    excerpt: excerptOf(entry.body),
  });
}

const MAX_BACKOFF_SECONDS = 300;
/** Of a message that waits for a newer release: 200 receives, after which it is a dead letter, are two days. */
const MAX_NEWER_SECONDS = 900;

/** Seconds to wait before a message that failed so many times is tried again: two, doubling, with jitter. */
export function backoffSeconds(
  { random }: Pick<Process, 'random'>,
  times: number,
  most: number = MAX_BACKOFF_SECONDS,
): number {
  return Math.min(most, 2 ** Math.min(times, 10)) * (0.5 + random.next() / 2);
}

/** What a message failed with, and the time before which it must not come back: 0 where it may at any. */
function readFailure(thrown: unknown): { readonly error: unknown; readonly until: number } {
  return thrown instanceof NotBefore ? { error: thrown.cause, until: thrown.until } : { error: thrown, until: 0 };
}

/** Whether a message goes back without a failure: it must wait, or only a newer release can handle it. */
function isNoFailure(error: unknown): boolean {
  return error instanceof RetryLater || error instanceof NewerVersionError;
}

async function putBack<M>(deps: Process, queue: Queue<M>, entry: Entry, thrown: unknown): Promise<void> {
  const { error, until } = readFailure(thrown);
  const receives = entry.attributes.ApproximateReceiveCount;
  const waits = error instanceof NewerVersionError;
  if (waits) deps.log.warn('A message waits for a newer release.', { messageId: entry.messageId, receives });
  const most = waits ? MAX_NEWER_SECONDS : MAX_BACKOFF_SECONDS;
  const seconds = error instanceof RetryLater ? error.seconds : backoffSeconds(deps, receives, most);
  // Best effort: without it the message comes back too, after its visibility time-out.
  const told = (until - deps.clock.now()) / 1_000;
  await queue.retryIn(entry.receiptHandle, Math.max(seconds, told)).catch(() => undefined);
}

function logFailure({ log, metrics }: Process, receives: number, error: unknown): void {
  metrics.count('MessagesFailed', 1);
  log.error('A message failed; it comes back.', {
    receives,
    error: error instanceof SourceError ? new UserError(error) : describe(error),
  });
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}${error.stack ? `\n${error.stack}` : ''}`
    : String(error);
}
