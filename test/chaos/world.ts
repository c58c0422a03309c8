import type { Context } from 'aws-lambda';
import { type FunctionName, SYSTEM } from '../../functions/system.ts';
import { storesOn } from '../../shared/adapters/dynamodb/index.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { AggregateMessage, SplitMessage, WorkMessage } from '../../shared/domain/messages.ts';
import type { QueueName } from '../../shared/domain/queues.ts';
import type { EventSource } from '../../shared/host/event-source.ts';
import type { Connectors, Handler } from '../../shared/lambda/declaration.ts';
import { type Wiring, wiringOf } from '../../shared/lambda/wiring.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Stores } from '../../shared/ports/stores.ts';
import { platformPortsOf, portsOf, type Uses } from '../../shared/ports/uses.ts';
import { MemoryEvents } from '../../testing/events.ts';
import { type Fault, Faults, type SimulatedProcess } from '../../testing/faults.ts';
import type { Invocation } from '../../testing/invocation.ts';
import { MemoryMailer } from '../../testing/mailer.ts';
import { MemoryHost, type SimulatedFunction } from '../../testing/memory-host.ts';
import type { MemoryQueue } from '../../testing/memory-queue.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { Meter } from '../../testing/meter.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { objectsWithRights, tableWithRights } from '../../testing/rights.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { failuresIn, isBatch } from './batch.ts';
import { chaosCaller } from './caller.ts';
import { add, Journal } from './journal.ts';
import { type LoadedSystem, loaded, type Release } from './loaded-system.ts';
import { each, type MakeQueue, memoryQueue, type WorldQueue } from './queues.ts';
import { type Service, wellBehaved } from './service.ts';
import { spiedQueue, spiedStores } from './spies.ts';
import type { WorldOptions } from './world-options.ts';

/** What is deployed. */
const DEPLOYED = await loaded(SYSTEM);

export type { WorldOptions } from './world-options.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/**
 * A whole pipeline as it is declared, with the real handlers, in virtual time, over queues of some kind. The same options
 * make the same run.
 */
export class AnyWorld<Q extends WorldQueue = WorldQueue> {
  readonly pipeline: Pipeline;
  readonly wiring: Wiring<FunctionName>;
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly host: MemoryHost;
  readonly meter = new Meter(() => this.clock.now());
  readonly journal = new Journal();
  readonly objects: Objects;
  readonly mailer: MemoryMailer;
  readonly events = new MemoryEvents();
  readonly queues: Readonly<Record<QueueName, Q>>;
  readonly deadLetters: Readonly<Record<QueueName, Q>>;
  /** Of the queues themselves, not of what is behind them. */
  readonly mappings: Readonly<Record<QueueName, EventSource>>;
  /** Errors that functions logged. */
  readonly errors: string[] = [];
  readonly #functions: LoadedSystem;
  readonly #table: ItemTable;
  /** Everything in the table, without faults or rights. */
  readonly #stores: Stores;
  readonly #random: SeededRandom;
  readonly #service: Service;
  readonly #release: () => Release;
  #stopSweeping = () => {};
  #controls = 0;

  constructor(options: WorldOptions, makeQueue: MakeQueue<Q>) {
    const { seed = 1, pipeline, plan, duplicates = 0, lostDeletes = 0, service = wellBehaved, work } = options;
    this.pipeline = pipeline;
    this.#table = options.table ?? new MemoryTable(this.meter);
    this.#stores = storesOn(this.#table, pipeline.name);
    this.objects = options.objects ?? new MemoryObjects({ meter: this.meter });
    this.#functions = options.functions ?? DEPLOYED;
    this.wiring = wiringOf(this.#functions.system, pipeline);
    this.#random = new SeededRandom(seed);
    this.#service = service;
    this.#release = options.release ?? (() => ({ pipeline, reduceDigest: 'chaos' }));
    this.clock = new VirtualClock({ seed });
    const random = this.#random.fork();
    this.faults = new Faults({
      clock: this.clock,
      random: this.#random.fork(),
      plan: plan?.(random) ?? (() => 'pass'),
      trace: (_, fault) => void (fault !== 'pass' && add(this.journal.faults, nameOf(fault))),
      ...(options.watch?.calls && { watch: options.watch.calls }),
    });
    const mailRandom = this.#random.fork();
    const { mail } = options;
    this.mailer = mail ? new MemoryMailer(() => mail(mailRandom)) : new MemoryMailer();
    this.host = new MemoryHost({
      clock: this.clock,
      random: this.#random.fork(),
      faults: this.faults,
      standsStill: true,
      watch: options.watch?.invoked,
    });
    const { clock, meter } = this;
    if (work) work.stop(clock);
    const queue = (queueName: QueueName, deadLetter?: Q) => {
      const wired = this.wiring.queues[queueName];
      return makeQueue({ queueName, deadLetter, wired, clock, random: this.#random.fork(), duplicates, meter });
    };
    this.deadLetters = each((queueName) => queue(queueName));
    this.queues = each((queueName) => queue(queueName, this.deadLetters[queueName]));
    const map = (queueName: QueueName, isDead: boolean) => {
      const of = this.wiring.mappings.find((wired) => wired.queue === queueName && wired.deadLetter === isDead);
      if (!of) throw new Error(`Queue ${queueName} has no mapping.`);
      const { batchSize, maxConcurrency } = of;
      const from = (isDead ? this.deadLetters : this.queues)[queueName];
      return this.host.map({
        queue: from,
        batchSize,
        maxConcurrency,
        lostDeletes,
        function: this.functionOf(of.function),
      });
    };
    this.mappings = each((queueName) => map(queueName, false));
    each((queueName) => map(queueName, true));
    if (options.isSwept ?? true) this.sweep();
  }

  /** Everything as it is stored, without faults: to set a scene, and to look. */
  get deps(): Deps {
    return this.#depsOf({ stores: this.#stores, objects: this.objects, wrap: (_, port) => port });
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

  /**
   * What a person or a scheduler does: the same again until it is answered. The clock runs meanwhile.
   * @throws {Error} what the last of ten tries came to
   */
  async insist(use: (deps: Deps) => Promise<unknown>): Promise<unknown> {
    const failed: unknown[] = [];
    while (failed.length < 10) {
      const ended: Invocation[] = [];
      void this.control(use).then((end) => ended.push(end));
      await this.host.run({ until: () => ended.length > 0 });
      const [end] = ended;
      if (end?.end === 'answered') return end.answer;
      failed.push(end?.end === 'failed' ? end.error : end?.reason);
    }
    throw new Error(`A use-case failed ten times: ${failed.map(String).join('; ')}`);
  }

  /** Lets time pass until the run is final, or until `limit`; gives its record. */
  async runToEnd(run: string, limit = this.now() + 48 * HOUR): Promise<RunRecord> {
    await this.host.run({ limit, until: () => this.journal.ended.has(run) });
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

  #depsOf(of: { stores: Stores; objects: Objects; wrap: <T extends object>(name: string, port: T) => T }) {
    const { stores, objects, wrap } = of;
    const log = (level: string) => (message: string, fields?: Record<string, unknown>) => {
      if (level === 'error') this.errors.push(`${message} ${JSON.stringify(fields ?? {})}`);
    };
    return {
      pipeline: this.#release().pipeline,
      stores,
      objects: wrap('objects', objects),
      queues: {
        split: wrap<Deps['queues']['split']>('split', spiedQueue<SplitMessage>(this.queues.split, this.journal)),
        work: wrap<Deps['queues']['work']>('work', spiedQueue<WorkMessage>(this.queues.work, this.journal)),
        aggregate: wrap<Deps['queues']['aggregate']>(
          'aggregate',
          spiedQueue<AggregateMessage>(this.queues.aggregate, this.journal),
        ),
      },
      clock: this.clock,
      random: this.#random.fork(),
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      metrics: { count() {}, flush() {} },
    };
  }

  #depsIn(process: SimulatedProcess, stores: Stores, objects: Objects) {
    return this.#depsOf({
      stores: process.wrapStores(spiedStores(stores, process.name, this.journal)),
      objects,
      wrap: (name, port) => process.wrap(name, port),
    });
  }

  #handler(functionName: string, process: SimulatedProcess) {
    // Of each release that this environment has been.
    const handlers = new Map<string, Handler>();
    return async (event: unknown, context: Context): Promise<unknown> => {
      const release = this.#release();
      const made = handlers.get(release.reduceDigest) ?? this.#make(functionName, process, release);
      handlers.set(release.reduceDigest, made);
      if (functionName !== 'forwarder' || !isBatch(event)) return made(event, context);
      const ended = this.journal.delivered(event);
      void process.death.then(() => ended(() => true));
      const answer = await made(event, context);
      const failures = failuresIn(answer);
      if (!process.isDead) ended((messageId) => failures.includes(messageId));
      return answer;
    };
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
    const stores = storesOn(tableWithRights(this.#table, uses, pipeline), this.pipeline.name);
    const deps = this.#depsIn(process, stores, objectsWithRights(this.objects, uses));
    return {
      ...deps,
      ...release,
      caller: chaosCaller({ service: this.#service, clock: this.clock, process, journal: this.journal }),
      mailer: process.wrap('mailer', this.mailer),
      mailFrom: 'reports@example.com',
      events: process.wrap('events', this.events),
      storesOf: () => deps.stores,
      objectsOf: () => deps.objects,
      queuesOf: () => deps.queues,
    };
  }
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
