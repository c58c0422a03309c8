import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { callStore } from '../../shared/adapters/dynamodb/calls.ts';
import { gateNamesOf } from '../../shared/adapters/dynamodb/fence.ts';
import { gateStore } from '../../shared/adapters/dynamodb/gate.ts';
import { keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import type { Reduce } from '../../shared/author/reduce.ts';
import { list } from '../../shared/author/sources/list.ts';
import type { CallMessage } from '../../shared/domain/call-message.ts';
import type { AggregateMessage, SplitMessage, WorkMessage } from '../../shared/domain/messages.ts';
import { logIds } from '../../shared/lambda/log-ids.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { AllQueues, Deps } from '../../shared/ports/deps.ts';
import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { Meter } from '../../testing/meter.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { memoryStores } from '../../testing/stores.ts';

export const NOW = Date.UTC(2026, 10, 3, 12);

/** A clock that stands still until told. */
export class HandClock implements Clock {
  time = NOW;
  readonly #timers = new Map<() => void, number>();
  /** Until when somebody waits who has nothing else to do. */
  readonly #waits = new Set<number>();

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void, purpose: 'limit' | 'wait' = 'limit'): () => void {
    this.#timers.set(task, this.time + ms);
    if (purpose === 'wait') this.#waits.add(this.time + ms);
    return () => this.#timers.delete(task);
  }

  /** Lets the time pass that `work` waits for, until it has ended. */
  async through<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const ended = () => {
      isOver = true;
    };
    void work.then(ended, ended);
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const until of this.#waits) {
        this.#waits.delete(until);
        this.pass(until - this.time);
      }
    }
    return work;
  }

  /** Moves time on, and runs what falls due. */
  pass(ms: number): void {
    this.time += ms;
    for (const [task, due] of this.#timers) {
      if (due > this.time) continue;
      this.#timers.delete(task);
      task();
    }
  }
}

/** Remembers what is sent and put back. */
export class RecordingQueue<M> implements Queue<M> {
  readonly sent: Outgoing<M>[] = [];
  readonly putBack: { readonly receiptHandle: string; readonly seconds: number }[] = [];

  async send(messages: readonly Outgoing<M>[]): Promise<void> {
    this.sent.push(...messages);
  }

  /** Messages that wait to be received. */
  backlog = 0;

  async waiting(): Promise<number> {
    return this.backlog;
  }

  async isLongerThan(messages: number): Promise<boolean> {
    return this.backlog > messages;
  }

  async retryIn(receiptHandle: string, seconds: number): Promise<void> {
    this.putBack.push({ receiptHandle, seconds });
  }

  /** What was sent since the last time. */
  take(): M[] {
    return this.sent.splice(0).map(({ message }) => message);
  }
}

/** Counts rows and adds their results up. */
export const countRows: Reduce = {
  columns: ['result'],
  cells: ({ result }) => [typeof result === 'number' ? result : JSON.stringify(result)],
  start() {
    let count = 0;
    return {
      add(row) {
        if (row.status === 'SUCCEEDED') count++;
      },
      merge(other) {
        count += z.number().parse(other);
      },
      toJSON: () => count,
      sections: () => [{ kind: 'figures', title: 'Rows', figures: [{ key: 'count', label: 'Counted', value: count }] }],
    };
  },
};

export function testPipeline(over: Partial<Parameters<typeof definePipeline>[0]> = {}): Pipeline {
  return definePipeline({
    name: 'squares',
    source: list(() => [1, 2, 3]),
    endpoint: { service: 'squares', path: '/square' },
    reduce: countRows,
    ...over,
  });
}

/** All that a step works with, in memory; `lines` are its log. */
export function testDeps(pipeline: Pipeline = testPipeline(), meter = new Meter()) {
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const line =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      // Serialised, as every log is.
      lines.push({ level, message, fields: JSON.parse(JSON.stringify({ ...logIds(), ...fields })) });
    };
  const counted = new Map<string, number>();
  return {
    pipeline,
    stores: memoryStores(meter),
    gateStore: gateStore(new MemoryTable(), gateNamesOf(pipeline)),
    objects: new MemoryObjects(),
    callbacks: { url: 'https://callbacks.example.com', keys: async () => ['key'], renew: async () => false },
    reportLinks: { url: 'https://links.example.com', keys: async () => ['key'], renew: async () => false },
    queues: {
      split: new RecordingQueue<SplitMessage>(),
      work: new RecordingQueue<WorkMessage>(),
      aggregate: new RecordingQueue<AggregateMessage>(),
      calls: new RecordingQueue<CallMessage>(),
    },
    calls: callStore(new MemoryTable(meter), keysOf(pipeline.name)),
    clock: new HandClock(),
    random: new SeededRandom(1),
    log: { info: line('info'), warn: line('warn'), error: line('error') },
    metrics: {
      count(name: string, value: number) {
        counted.set(name, (counted.get(name) ?? 0) + value);
      },
      observe() {},
      flush() {},
    },
    lines,
    counted,
  } satisfies Omit<Deps, 'queues'> & { queues: AllQueues } & Record<string, unknown>;
}
export type TestDeps = ReturnType<typeof testDeps>;

/** An invocation with a minute left. */
export const context = (
  id = 'invocation-1',
  remainingMs = 60_000,
): Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'> => ({
  awsRequestId: id,
  getRemainingTimeInMillis: () => remainingMs,
});

/** The first slot of the run `march`, as its splitter sends it. */
export function workOf(over: Partial<WorkMessage> = {}): WorkMessage {
  return {
    v: 1,
    type: 'work',
    pipeline: 'squares',
    run: 'march',
    at: [0, 0, 0],
    slot: 0,
    turn: 0,
    size: 3,
    ttl: 2_000_000_000,
    items: [1, 2, 3],
    ...over,
  };
}

/** A record of an SQS event, as the event schema gives it. */
export function entry(messageId: string, body: unknown, receives = 1, queue = 'squares-work') {
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: receives },
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
  };
}
