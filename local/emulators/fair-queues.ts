import { type Handler, SqsRouter } from 'fauxqs-sqs-router';
import { type QueuedMessage, SqsQueue, type SqsStore } from 'fauxqs-sqs-store';
import * as z from 'zod';
import { FairTurns } from '../../shared/host/fair-queue.ts';

const entry = z.object({ Id: z.string(), MessageGroupId: z.string().optional() });
const sending = z.object({ QueueUrl: z.string(), Entries: z.array(entry) });
const sent = z.object({ Successful: z.array(z.object({ Id: z.string(), MessageId: z.string() })) });

/**
 * Lets the emulated SQS keep what fair queues need: fauxqs forgets the group of a message to a standard queue, and hands out the oldest
 * message whatever its group. Our functions send in batches alone.
 */
export function honourMessageGroups(): void {
  const { register } = SqsRouter.prototype;
  SqsRouter.prototype.register = function (action, handler) {
    return register.call(this, action, action === 'SendMessageBatch' ? keepingGroups(handler) : handler);
  };
  const { dequeue } = SqsQueue.prototype;
  SqsQueue.prototype.dequeue = function (most, ...rest) {
    bringFairOnesToFront(this, most);
    return dequeue.call(this, most, ...rest);
  };
}

function keepingGroups(handler: Handler): Handler {
  return (body, store, request) => {
    const result = handler(body, store, request);
    const asked = sending.safeParse(body);
    const answer = sent.safeParse(result);
    if (asked.success && answer.success) keepGroups(store, asked.data, answer.data);
    return result;
  };
}

/** Nothing can have been received meanwhile: the handler and this run in one turn. */
function keepGroups(
  store: SqsStore,
  { QueueUrl, Entries }: z.infer<typeof sending>,
  { Successful }: z.infer<typeof sent>,
) {
  const groups = new Map(
    Entries.flatMap(({ Id, MessageGroupId }) => (MessageGroupId ? [[Id, MessageGroupId] as const] : [])),
  );
  const queue = groups.size > 0 ? store.getQueue(QueueUrl) : undefined;
  if (!queue || queue.isFifo()) return;
  const byId = new Map(Successful.map(({ Id, MessageId }) => [MessageId, groups.get(Id)]));
  for (const messages of [queue.messages, queue.delayedMessages]) {
    for (const message of messages.slice(-Successful.length)) {
      const group = byId.get(message.messageId);
      if (group !== undefined) message.messageGroupId = group;
    }
  }
}

const turnsOf = new WeakMap<SqsQueue, FairTurns>();

/** Sorts what the next receive takes: a message after the other, each of the group that then has the fewest in flight. */
function bringFairOnesToFront(queue: SqsQueue, most: number): void {
  const { messages, inflightMessages } = queue;
  // All of a queue's messages have groups, or none: then this costs nothing.
  if (messages[0]?.messageGroupId === undefined) return;
  const inFlight = new Map<string, number>();
  const count = ({ messageGroupId: group }: QueuedMessage) => {
    if (group !== undefined) inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
  };
  for (const { message } of inflightMessages.values()) count(message);
  const turns = turnsOf.get(queue) ?? new FairTurns();
  turnsOf.set(queue, turns);
  const front: QueuedMessage[] = [];
  for (let taken = 0; taken < most && messages.length > 0; taken++) {
    const [message] = messages.splice(turns.next(groupsOf(messages), inFlight), 1);
    if (message === undefined) break;
    count(message);
    front.push(message);
  }
  messages.unshift(...front);
}

function* groupsOf(messages: readonly QueuedMessage[]): Iterable<string> {
  for (const { messageGroupId } of messages) yield messageGroupId ?? '';
}
