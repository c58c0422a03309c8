import { queueArn } from '../shared/host/arn.ts';
import type { SourceQueue } from '../shared/host/event-source.ts';
import { sqsRecord } from '../shared/host/sqs-event.ts';
import type { Received } from './memory-queue.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A queue that a mapping can take from in virtual time: in memory, or behind a socket while time stands still. */
export interface MappedQueue {
  readonly name: string;
  /** At most `max` messages, which are hidden from now on. */
  receive(max: number): readonly Received[] | Promise<readonly Received[]>;
  /** Whatever it answers is waited for. */
  delete(receiptHandles: readonly string[]): unknown;
  /** Calls `listener` whenever a message may have become visible. */
  onVisible(listener: () => void): void;
}

export interface VirtualSourceOptions {
  readonly queue: MappedQueue;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Probability that the deletion of a handled batch is lost: its messages come back. */
  readonly lostDeletes?: number;
}

/** A queue for an {@link EventSource} in virtual time. */
export function virtualSource({ queue, clock, random, lostDeletes = 0 }: VirtualSourceOptions): SourceQueue {
  // Whether something may have come since a receive last brought nothing.
  let isNews = true;
  let wake = () => {};
  queue.onVisible(() => {
    isNews = true;
    wake();
  });
  const arn = queueArn(queue.name);
  return {
    arn,
    async ready() {
      while (!isNews) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      // It asks when its turn comes, so that messages sent together can arrive in one batch.
      await clock.sleep(0);
    },
    async receive(most) {
      isNews = false;
      const messages = await queue.receive(most);
      isNews ||= messages.length > 0;
      return messages.map((message) => recordOf(message, arn));
    },
    async delete(records) {
      if (!random.chance(lostDeletes)) await queue.delete(records.map(({ receiptHandle }) => receiptHandle));
    },
  };
}

function recordOf({ messageId, receiptHandle, body, receiveCount, sentAt, firstReceivedAt }: Received, arn: string) {
  const attributes = {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAt),
    SenderId: 'simulated',
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
  };
  return sqsRecord({ messageId, receiptHandle, body, attributes }, arn);
}
