import { SYSTEM } from '../functions/system.ts';
import type { AnyQueue, QueueName } from '../shared/domain/queues.ts';
import { mapValues } from '../shared/domain/records.ts';
import type { QueueWiring } from '../shared/lambda/wiring.ts';
import type { Queue } from '../shared/ports/queue.ts';
import { MemoryQueue } from './memory-queue.ts';
import type { Meter } from './meter.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { MappedQueue } from './virtual-source.ts';

/** A queue of a world, as its handlers, its mapping and its checks see it. */
export interface WorldQueue extends Queue<unknown>, MappedQueue {
  /** Messages visible, delayed or in flight. */
  readonly size: number | Promise<number>;
  /** Ids of the messages that moved to its dead-letter queue. */
  readonly buried: ReadonlySet<string>;
}

/** What a world says of a queue that it needs. */
export interface QueueSetting<Q> {
  readonly queueName: AnyQueue;
  /** Absent where it is a dead-letter queue itself. */
  readonly deadLetter: Q | undefined;
  readonly wired: QueueWiring;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Probability that a sent message is there twice. */
  readonly duplicates: number;
  /** Messages, waiting or not, that it has room for; undefined: any number. */
  readonly room: number | undefined;
  readonly meter: Meter;
}

export type MakeQueue<Q> = (setting: QueueSetting<Q>) => Q;

export function memoryQueue(setting: QueueSetting<MemoryQueue<unknown>>): MemoryQueue<unknown> {
  const { queueName, deadLetter, wired, room, ...rest } = setting;
  const { visibilitySeconds, maxReceiveCount } = wired;
  return new MemoryQueue<unknown>({
    name: nameOf(setting),
    visibilitySeconds,
    ...rest,
    ...(room !== undefined && { room }),
    ...(deadLetter && { deadLetter, maxReceiveCount }),
  });
}

export const nameOf = ({ queueName, deadLetter }: Pick<QueueSetting<unknown>, 'queueName' | 'deadLetter'>) =>
  deadLetter ? queueName : `${queueName}-dead`;

/** One for each queue of a pipeline. */
export function each<T>(make: (name: QueueName) => T): Record<QueueName, T> {
  return mapValues(SYSTEM.queues, (_, name) => make(name));
}
