import type { Context } from 'aws-lambda';
import type { FunctionName } from '../functions/system.ts';
import { callStore } from '../shared/adapters/dynamodb/calls.ts';
import { gateNamesOf } from '../shared/adapters/dynamodb/fence.ts';
import { gateStore } from '../shared/adapters/dynamodb/gate.ts';
import type { ItemTable } from '../shared/adapters/dynamodb/item-table.ts';
import { keysOf } from '../shared/adapters/dynamodb/keys.ts';
import { storesOn } from '../shared/adapters/dynamodb/stores-on.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import type { AnyQueue, OptionalQueue, QueueName } from '../shared/domain/queues.ts';
import { mapPresent } from '../shared/domain/records.ts';
import type { EventSource } from '../shared/host/event-source.ts';
import type { Connectors, Handler } from '../shared/lambda/declaration.ts';
import { DEAD_LETTERS } from '../shared/lambda/declaration.ts';
import { type Wiring, wiringOf } from '../shared/lambda/wiring.ts';
import type { CallStore } from '../shared/ports/call-store.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { AllQueues, Deps } from '../shared/ports/deps.ts';
import type { LinkedObjects } from '../shared/ports/objects.ts';
import type { Queue } from '../shared/ports/queue.ts';
import type { RunRecord } from '../shared/ports/run-store.ts';
import type { Stores } from '../shared/ports/stores.ts';
import { platformPortsOf, portsOf, type Uses } from '../shared/ports/uses.ts';
import { MemoryEvents } from './events.ts';
import { Faults, type SimulatedProcess } from './faults.ts';
import type { Invocation } from './invocation.ts';
import type { LoadedSystem, Release } from './loaded-system.ts';
import { MemoryMailer } from './mailer.ts';
import { MemoryHost, type SimulatedFunction } from './memory-host.ts';
import { MemoryTable } from './memory-table.ts';
import { Meter } from './meter.ts';
import { MemoryNotifier } from './notifier.ts';
import { MemoryObjects } from './objects.ts';
import { type Observer, type PipelineWorldOptions, SIGNED_URLS, toldTo } from './pipeline-world-options.ts';
import { objectsWithRights, tableWithRights } from './rights.ts';
import { SeededRandom } from './seeded-random.ts';
import { spy } from './spy.ts';
import { VirtualClock } from './virtual-clock.ts';
import { each, type MakeQueue, queuesThrough, type WorldQueue, worldQueues } from './world-queues.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/**
 * A whole pipeline as it is declared, with the real handlers, in virtual time, over queues of some kind. The same options
 * make the same run.
 */
export class PipelineWorld<Q extends WorldQueue = WorldQueue> {
  readonly pipeline: Pipeline;
  readonly wiring: Wiring<FunctionName>;
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly host: MemoryHost;
  readonly meter = new Meter(() => this.clock.now());
  readonly objects: LinkedObjects;
  readonly mailer: MemoryMailer;
  readonly notifier = new MemoryNotifier();
  readonly events = new MemoryEvents();
  readonly queues: Readonly<Record<QueueName, Q>>;
  readonly deadLetters: Readonly<Record<QueueName, Q>>;
  /** Those that not every pipeline has; their letters are with those of work. */
  readonly optionalQueues: Readonly<Partial<Record<OptionalQueue, Q>>>;
  /** Of the queues themselves, not of what is behind them. */
  readonly mappings: Readonly<Record<QueueName, EventSource>>;
  /** Runs that were finished. */
  readonly ended = new Set<string>();
  readonly #functions: LoadedSystem;
  readonly #table: ItemTable;
  /** Everything in the table, without faults or rights. */
  readonly #stores: Stores;
  readonly #random: SeededRandom;
  readonly #caller: PipelineWorldOptions['caller'];
  readonly #release: () => Release;
  readonly #mailFrom: string;
  readonly #observer: Observer;
  #stopSweeping = () => {};
  #controls = 0;

  constructor(options: PipelineWorldOptions, makeQueue: MakeQueue<Q>) {
    const { seed = 1, start, pipeline, plan, duplicates = 0, lostDeletes = 0, observer = {} } = options;
    this.pipeline = pipeline;
    this.#table = options.table ?? new MemoryTable(this.meter);
    this.#stores = storesOn(this.#table, pipeline.name);
    this.objects = options.objects ?? new MemoryObjects({ meter: this.meter });
    this.#functions = options.functions;
    this.wiring = wiringOf(this.#functions.system, pipeline);
    this.#random = new SeededRandom(seed);
    this.#caller = options.caller;
    this.#release = options.release ?? (() => ({ pipeline, reduceDigest: 'simulated' }));
    this.#mailFrom = options.mailFrom ?? 'reports@example.com';
    this.#observer = observer;
    this.clock = new VirtualClock({ seed, ...(start !== undefined && { start }) });
    const random = this.#random.fork();
    this.faults = new Faults({
      clock: this.clock,
      random: this.#random.fork(),
      plan: plan?.(random) ?? (() => 'pass'),
      trace: (_, fault) => observer.fault?.(fault),
      ...(observer.calls && { watch: observer.calls }),
    });
    const mailRandom = this.#random.fork();
    const { mail } = options;
    this.mailer = mail ? new MemoryMailer(() => mail(mailRandom)) : new MemoryMailer();
    this.host = new MemoryHost({
      clock: this.clock,
      random: this.#random.fork(),
      faults: this.faults,
      standsStill: true,
      watch: observer.invoked,
    });
    const { clock, meter } = this;
    options.work?.stop(clock);
    const { deadLetters, queues, optional } = worldQueues(this.wiring, makeQueue, {
      ...{ clock, meter, duplicates, workRoom: options.workRoom },
      random: () => this.#random.fork(),
    });
    this.deadLetters = deadLetters;
    this.queues = queues;
    this.optionalQueues = optional;
    const map = (queueName: AnyQueue, isDead: boolean) => {
      const of = this.wiring.mappings.find((wired) => wired.queue === (isDead ? DEAD_LETTERS : queueName));
      if (!of) throw new Error(`Queue ${queueName} has no mapping.`);
      const { batchSize, maxConcurrency } = of;
      const from = { ...this.queues, ...this.optionalQueues, ...(isDead && this.deadLetters) }[queueName];
      if (!from) throw new Error(`The pipeline has no queue ${queueName}.`);
      const target = this.functionOf(of.function);
      return this.host.map({ queue: from, batchSize, maxConcurrency, lostDeletes, function: target });
    };
    this.mappings = each((queueName) => map(queueName, false));
    each((queueName) => map(queueName, true));
    mapPresent(this.optionalQueues, (_, queueName) => map(queueName, false));
    if (options.isSwept ?? true) this.sweep();
  }

  /** Everything as it is stored, without faults: to set a scene, and to look. */
  get deps(): Deps & { readonly queues: AllQueues; readonly calls: CallStore } {
    const { clock, objects } = this;
    const deps = this.#depsOf({ clock, stores: this.#stores, objects, wrap: (_, port) => port });
    return { ...deps, calls: callStore(this.#table, keysOf(this.pipeline.name)) };
  }

  now(): number {
    return this.clock.now();
  }

  /** A declared function, to be invoked by hand. */
  functionOf(functionName: string): SimulatedFunction<unknown> {
    const { timeoutSeconds } = new Map(Object.entries(this.wiring.functions)).get(functionName) ?? {};
    if (timeoutSeconds === undefined) throw new Error(`There is no function ${functionName}.`);
    return {
      name: functionName,
      timeoutMs: timeoutSeconds * SECOND,
      create: (process) => this.#handler(functionName, process),
    };
  }

  /** A use-case as a process of its own, which may meet faults and die. Goes on only while the clock does. */
  control(use: (deps: Deps) => Promise<unknown>): Promise<Invocation> {
    const of = {
      name: `control-${++this.#controls}`,
      timeoutMs: 10 * MINUTE,
      create: (process: SimulatedProcess) => () => use(this.#depsIn(process, this.#stores, this.objects)),
    };
    return this.host.invoke(of, null);
  }

  /** A use-case, tried once, while the clock runs. */
  async controlled(use: (deps: Deps) => Promise<unknown>): Promise<Invocation> {
    const ended: Invocation[] = [];
    void this.control(use).then((end) => ended.push(end));
    await this.host.run({ until: () => ended.length > 0 });
    return ended[0] ?? { end: 'crashed', reason: 'as nothing was left to happen' };
  }

  /**
   * What a person or a scheduler does: the same again until it is answered. The clock runs meanwhile.
   * @throws {Error} what the last of ten tries came to
   */
  async insist(use: (deps: Deps) => Promise<unknown>): Promise<unknown> {
    const failed: unknown[] = [];
    while (failed.length < 10) {
      const end = await this.controlled(use);
      if (end.end === 'answered') return end.answer;
      failed.push(end.end === 'failed' ? end.error : end.reason);
    }
    throw new Error(`A use-case failed ten times: ${failed.map(String).join('; ')}`);
  }

  /** Lets time pass until the run is final, or until `limit`; gives its record. */
  async runToEnd(run: string, limit = this.now() + 48 * HOUR): Promise<RunRecord> {
    await this.host.run({ limit, until: () => this.ended.has(run) });
    const record = await this.#stores.runs.read(run);
    if (!record) throw new Error(`There is no run ${run}.`);
    return record;
  }

  /** Starts what is declared to run every so often: the sweeper. */
  sweep(): void {
    const stops = this.wiring.schedules.flatMap((schedule) =>
      'everySeconds' in schedule
        ? [this.host.every(schedule.everySeconds * SECOND, this.functionOf(schedule.function), () => ({}))]
        : [],
    );
    this.#stopSweeping = () => {
      for (const stop of stops) stop();
    };
  }

  /** Lets everything that is still on its way arrive, without the sweeper. */
  async drain(ms = 72 * HOUR): Promise<void> {
    this.#stopSweeping();
    await this.host.run({ limit: this.now() + ms });
  }

  #depsOf(of: {
    clock: Clock;
    stores: Stores;
    objects: LinkedObjects;
    wrap: <T extends object>(name: string, port: T) => T;
  }) {
    const { clock, stores, objects, wrap } = of;
    const wrapped = (name: AnyQueue, of: Q): Queue<unknown> => wrap(name, this.#observer.queue?.(of) ?? of);
    return {
      pipeline: this.#release().pipeline,
      stores,
      objects: wrap('objects', objects),
      queues: queuesThrough({ ...this.queues, ...this.optionalQueues }, wrapped),
      clock,
      random: this.#random.fork(),
      ...toldTo(this.#observer),
    };
  }

  #depsIn(process: SimulatedProcess, all: Stores, objects: LinkedObjects) {
    const stores = { ...all, runs: this.#watchEnds(all.runs) };
    return this.#depsOf({
      clock: process.clockOn(this.clock),
      stores: process.wrapStores(this.#observer.stores?.(stores, process.name) ?? stores),
      objects,
      wrap: (name, port) => process.wrap(name, port),
    });
  }

  #watchEnds(runs: Stores['runs']): Stores['runs'] {
    return spy(runs, {
      finish: async (run, owner, end) => {
        const finished = await runs.finish(run, owner, end);
        if (finished) this.ended.add(run);
        return finished;
      },
    });
  }

  #handler(functionName: string, process: SimulatedProcess) {
    // Of each release that this environment has been.
    const handlers = new Map<string, Handler>();
    const handle = async (event: unknown, context: Context): Promise<unknown> => {
      const release = this.#release();
      const made = handlers.get(release.reduceDigest) ?? this.#make(functionName, process, release);
      handlers.set(release.reduceDigest, made);
      return made(event, context);
    };
    return this.#observer.handler?.(functionName, process, handle) ?? handle;
  }

  /** A handler with the ports and the rights that its function declares; each port may meet faults. */
  #make(functionName: string, process: SimulatedProcess, release: Release): Handler {
    const make = this.#functions.handlers.get(functionName);
    if (!make) throw new Error(`The handler of ${functionName} isn't loaded.`);
    const connectors: Connectors = {
      ofPipeline: (uses) => portsOf(uses, this.#portsIn(process, release, uses, this.pipeline)),
      ofPlatform: (uses) => platformPortsOf(uses, this.#portsIn(process, release, uses)),
    };
    return make(connectors);
  }

  #portsIn(process: SimulatedProcess, release: Release, uses: Uses, pipeline?: Pipeline) {
    const table = tableWithRights(this.#table, uses, pipeline);
    const stores = storesOn(table, this.pipeline.name);
    const calls = process.wrap('calls', callStore(table, keysOf(this.pipeline.name)));
    const deps = this.#depsIn(process, stores, objectsWithRights(this.objects, uses));
    return {
      ...deps,
      ...release,
      caller: this.#caller(process, this.clock),
      callbacks: process.wrap('callbacks', SIGNED_URLS),
      reportLinks: process.wrap('reportLinks', SIGNED_URLS),
      gateStore: process.wrap('gate', gateStore(table, gateNamesOf(this.pipeline))),
      mailer: process.wrap('mailer', this.mailer),
      mailFrom: this.#mailFrom,
      events: process.wrap('events', this.events),
      notifier: process.wrap('notifier', this.notifier),
      calls,
      callsOf: () => calls,
      storesOf: () => deps.stores,
      objectsOf: () => deps.objects,
      queuesOf: () => deps.queues,
    };
  }
}
