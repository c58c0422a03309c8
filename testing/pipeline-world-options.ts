import type { ItemTable } from '../shared/adapters/dynamodb/item-table.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import type { Handler } from '../shared/lambda/declaration.ts';
import type { Caller } from '../shared/ports/caller.ts';
import type { MetricName, Process } from '../shared/ports/deps.ts';
import type { SendResult } from '../shared/ports/mailer.ts';
import type { LinkedObjects } from '../shared/ports/objects.ts';
import type { Queue } from '../shared/ports/queue.ts';
import type { Stores } from '../shared/ports/stores.ts';
import type { Fault, FaultPlan, FaultsOptions, SimulatedProcess } from './faults.ts';
import type { LoadedSystem, Release } from './loaded-system.ts';
import type { MemoryHostOptions } from './memory-host.ts';
import type { RealWork } from './real-work.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a world is, beside the chance and the faults in it. */
export interface PipelineWorldOptions extends WorldChances {
  readonly pipeline: Pipeline;
  readonly functions: LoadedSystem;
  /** How a process calls the service. */
  readonly caller: (process: SimulatedProcess, clock: VirtualClock) => Caller;
  /** Virtual time at first, epoch milliseconds. */
  readonly start?: number;
  /** Empty switches the mail off. */
  readonly mailFrom?: string;
  readonly observer?: Observer;
}

/** What may differ between two worlds of a pipeline. */
export interface WorldChances {
  readonly seed?: number;
  /** What is deployed: asked at each invocation, so that two releases can work side by side. By default the pipeline, for ever. */
  readonly release?: () => Release;
  /** Faults of port calls; it gets the world's own chance. */
  readonly plan?: (random: SeededRandom) => FaultPlan;
  /** Probabilities of a message being there twice, and of a batch's deletion being lost. */
  readonly duplicates?: number;
  readonly lostDeletes?: number;
  /** Messages, waiting or not, beyond which the work queue has no room: a splitter sends no more. By default the definition decides. */
  readonly workRoom?: number;
  /** What SES answers. */
  readonly mail?: (random: SeededRandom) => SendResult;
  /** In memory, unless others are given: virtual time stands still while they answer. */
  readonly table?: ItemTable;
  readonly objects?: LinkedObjects;
  /** False: no sweeper until {@link PipelineWorld.sweep}, so that nothing but redelivery mends what broke off. */
  readonly isSwept?: boolean;
  /** Real work, such as requests at sockets: time stands still for it. */
  readonly work?: RealWork;
}

/** Looks on. Stores and queues stand between a process's faults and what is stored, so that a spy sees what took effect. */
export interface Observer {
  readonly calls?: FaultsOptions['watch'];
  readonly invoked?: MemoryHostOptions['watch'];
  stores?(stores: Stores, process: string): Stores;
  queue?(queue: Queue<unknown>): Queue<unknown>;
  /** Told what became of each port call. */
  fault?(fault: Fault): void;
  /** A function's handler in one process, as it is invoked. */
  handler?(functionName: string, process: SimulatedProcess, handle: Handler): Handler;
  /** What functions count. */
  counted?(name: MetricName, value: number): void;
  /** Errors that functions log. */
  error?(message: string, fields: Record<string, unknown>): void;
}

/** Where services call back, and what their tokens are signed with. */
export const SIGNED_URLS = {
  url: 'https://callbacks.example.com',
  keys: async () => ['simulated'],
  renew: async () => false,
};

/** Log and metrics of which an observer hears. */
export function toldTo(observer: Observer): Pick<Process, 'log' | 'metrics'> {
  return {
    log: {
      info() {},
      warn() {},
      error: (message, fields) => observer.error?.(message, fields ?? {}),
    },
    metrics: { count: (name, value) => observer.counted?.(name, value), observe() {}, flush() {} },
  };
}
