import type { Context } from 'aws-lambda';
import { SYSTEM } from '../../functions/system.ts';
import type { Handler } from '../../shared/lambda/declaration.ts';
import type { Fault, SimulatedProcess } from '../../testing/faults.ts';
import { loaded } from '../../testing/loaded-system.ts';
import type { MemoryQueue } from '../../testing/memory-queue.ts';
import { PipelineWorld } from '../../testing/pipeline-world.ts';
import type { Observer } from '../../testing/pipeline-world-options.ts';
import { type MakeQueue, memoryQueue, type WorldQueue } from '../../testing/world-queues.ts';
import { failuresIn, isBatch } from './batch.ts';
import { chaosCaller } from './caller.ts';
import { add, Journal } from './journal.ts';
import { wellBehaved } from './service.ts';
import { spiedQueue, spiedStores } from './spies.ts';
import type { WorldOptions } from './world-options.ts';

/** What is deployed. */
const DEPLOYED = await loaded(SYSTEM);

export { HOUR, MINUTE, SECOND } from '../../testing/pipeline-world.ts';
export type { WorldOptions } from './world-options.ts';

/** A pipeline's world with a simulated service and a journal of everything that its checks ask for. */
export class AnyWorld<Q extends WorldQueue = WorldQueue> extends PipelineWorld<Q> {
  readonly journal: Journal;
  /** Errors that functions logged. */
  readonly errors: string[];

  constructor(
    { service = wellBehaved, functions = DEPLOYED, watch, ...options }: WorldOptions,
    makeQueue: MakeQueue<Q>,
  ) {
    const journal = new Journal();
    const errors: string[] = [];
    super(
      {
        ...options,
        functions,
        caller: (process, clock) => chaosCaller({ service, clock, process, journal }),
        observer: { ...watch, ...journalling(journal, errors) },
      },
      makeQueue,
    );
    this.journal = journal;
    this.errors = errors;
  }
}

function journalling(journal: Journal, errors: string[]): Observer {
  return {
    stores: (stores, process) => spiedStores(stores, process, journal),
    queue: (queue) => spiedQueue(queue, journal),
    fault: (fault) => void (fault !== 'pass' && add(journal.faults, nameOf(fault))),
    handler: (functionName, process, handle) =>
      functionName === 'forwarder' ? journalled(journal, process, handle) : handle,
    counted: (name, value) => {
      if (name === 'FailuresSpared') journal.spared += value;
    },
    error: (message, fields) => void errors.push(`${message} ${JSON.stringify(fields)}`),
  };
}

/** A forwarder that writes down what was delivered to it, and what of that failed. */
function journalled(journal: Journal, process: SimulatedProcess, handle: Handler): Handler {
  return async (event: unknown, context: Context) => {
    if (!isBatch(event)) return handle(event, context);
    const ended = journal.delivered(event);
    void process.death.then(() => ended(() => true));
    const answer = await handle(event, context);
    const failures = failuresIn(answer);
    if (!process.isDead) ended((messageId) => failures.includes(messageId));
    return answer;
  };
}

/** The same, with its queues in memory. */
export class World extends AnyWorld<MemoryQueue<unknown>> {
  constructor(options: WorldOptions) {
    super(options, memoryQueue);
  }
}

/** Where something takes place: in memory, or over real adapters. */
export type MakeWorld = (options: WorldOptions) => AnyWorld | Promise<AnyWorld>;

const nameOf = (fault: Fault) => (typeof fault === 'object' ? 'delay' : fault);
