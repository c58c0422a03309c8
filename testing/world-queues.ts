import { SYSTEM } from '../functions/system.ts';
import type { AnyQueue, OptionalQueue, QueueName } from '../shared/domain/queues.ts';
import { mapPresent, mapValues } from '../shared/domain/records.ts';
import type { QueueWiring, Wiring } from '../shared/lambda/wiring.ts';
import type { AllQueues } from '../shared/ports/deps.ts';
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

/** A pipeline's queues, each with its dead letters. */
export interface WorldQueues<Q> {
  readonly queues: Readonly<Record<QueueName, Q>>;
  readonly deadLetters: Readonly<Record<QueueName, Q>>;
  /** Those that not every pipeline has; their letters are with those of work. */
  readonly optional: Readonly<Partial<Record<OptionalQueue, Q>>>;
}

/** Makes a pipeline's queues, with a dead-letter queue for each, where the deployed ones share one: a test can tell whose letters there are. */
export function worldQueues<Q extends WorldQueue>(
  wiring: Pick<Wiring, 'queues' | 'optionalQueues' | 'deadLetters'>,
  makeQueue: MakeQueue<Q>,
  {
    random,
    workRoom,
    ...of
  }: Pick<QueueSetting<Q>, 'clock' | 'meter' | 'duplicates'> & {
    readonly workRoom: number | undefined;
    random(): SeededRandom;
  },
): WorldQueues<Q> {
  const queue = (queueName: AnyQueue, wired: QueueWiring, deadLetter: Q | undefined) => {
    const room = queueName === 'work' ? workRoom : undefined;
    return makeQueue({ ...of, queueName, deadLetter, wired, random: random(), room });
  };
  const deadLetters = each((name) => queue(name, { ...wiring.queues[name], ...wiring.deadLetters }, undefined));
  return {
    deadLetters,
    queues: each((name) => queue(name, wiring.queues[name], deadLetters[name])),
    optional: mapPresent(wiring.optionalQueues, (wired, name) => queue(name, wired, deadLetters.work)),
  };
}

const noQueue = async (): Promise<never> => {
  throw new Error('The pipeline has no such queue.');
};
const MISSING: Queue<unknown> = { send: noQueue, waiting: noQueue, isLongerThan: noQueue, retryIn: noQueue };

/** A pipeline's queues as a process reaches them. One that the pipeline lacks can be named, as a URL can, and fails whoever uses it. */
export function queuesThrough<Q>(
  queues: Readonly<Record<QueueName, Q> & Partial<Record<OptionalQueue, Q>>>,
  reach: (name: AnyQueue, queue: Q) => Queue<unknown>,
): AllQueues {
  const { calls } = queues;
  return { ...each((name) => reach(name, queues[name])), calls: calls ? reach('calls', calls) : MISSING };
}
