import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FunctionName, SYSTEM } from '../../functions/system.ts';
import { callStore } from '../../shared/adapters/dynamodb/calls.ts';
import { gateNamesOf } from '../../shared/adapters/dynamodb/fence.ts';
import { gateStore } from '../../shared/adapters/dynamodb/gate.ts';
import { keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { forwardersOf } from '../../shared/domain/capacity.ts';
import { MESSAGES } from '../../shared/domain/queues.ts';
import { mapValues } from '../../shared/domain/records.ts';
import { lambdaContext } from '../../shared/host/context.ts';
import type { Handler } from '../../shared/lambda/declaration.ts';
import type { Caller } from '../../shared/ports/caller.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { type AllPorts, platformPortsOf, portsOf } from '../../shared/ports/uses.ts';
import { MemoryEvents } from '../../testing/events.ts';
import { MemoryMailer } from '../../testing/mailer.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { Meter } from '../../testing/meter.ts';
import { MemoryNotifier } from '../../testing/notifier.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { type Item, makeItems, makeResults, type Result } from '../data.ts';
import { FileObjects } from './files.ts';
import { type QueueTraffic, ScaleQueue } from './queue.ts';
import { scaleStores } from './stores.ts';

/** Children a second of virtual time: the rate that the table's figures are stated for. */
export const RATE = 5_000;
const PER_SLICE = 50_000;
const POOL = 20_000;

/** No service of the scale's answers 202. */
const NO_URLS = { url: '', keys: async () => [], renew: async () => false };

/** A run of any length through the real handlers, over stores that keep only what is under way. No HTTP, no faults. */
export class Simulation {
  readonly traffic: QueueTraffic = { messages: 0, requests: 0, billed: 0 };
  readonly meter = new Meter(() => this.#now());
  readonly objects: FileObjects;
  readonly mailer = new MemoryMailer();
  calls = 0;
  /** Longest invocation of the aggregator, seconds: a finish has fifteen minutes. */
  longestFinish = 0;
  readonly #failedPercent: number;
  readonly #pipeline: Pipeline;
  readonly #ports: AllPorts;
  readonly #table = new MemoryTable(this.meter);
  readonly #results = makeResults(POOL);
  readonly #queues;
  #invocations = 0;

  /**
   * @param folder where the run's files go
   * @param failedPercent children that the service refuses until they are redriven
   */
  constructor(children: number, folder: string, failedPercent: number) {
    this.#failedPercent = failedPercent;
    this.#pipeline = scalePipeline(children);
    this.objects = new FileObjects(folder);
    this.#queues = mapValues(MESSAGES, (_, name) => new ScaleQueue<unknown>(name, this.traffic));
    const fail = (message: string, fields?: Record<string, unknown>) => {
      throw new Error(`${message} ${JSON.stringify(fields ?? {})}`);
    };
    this.#ports = {
      pipeline: this.#pipeline,
      stores: scaleStores(this.#table, this.#pipeline.name),
      objects: this.objects,
      queues: { ...this.#queues, calls: new ScaleQueue<unknown>('calls', this.traffic) },
      calls: callStore(new MemoryTable(), keysOf(this.#pipeline.name)),
      clock: { now: () => this.#now(), after: systemClock.after },
      random: new SeededRandom(1),
      log: { info() {}, warn: fail, error: fail },
      metrics: { count() {}, observe() {}, flush() {} },
      caller: this.#caller(),
      callbacks: NO_URLS,
      reportLinks: NO_URLS,
      gateStore: gateStore(new MemoryTable(), gateNamesOf(this.#pipeline)),
      mailer: this.mailer,
      mailFrom: 'reports@example.com',
      events: new MemoryEvents(),
      notifier: new MemoryNotifier(),
      reduceDigest: 'scale',
    };
  }

  static async make(children: number, failedPercent = 0): Promise<Simulation> {
    return new Simulation(children, await mkdtemp(join(tmpdir(), 'microprocess-scale-')), failedPercent);
  }

  /** Bytes that stores and queues hold. */
  get storedBytes(): number {
    return Object.values(this.#queues).reduce((sum, { bytes }) => sum + bytes, this.#table.bytes);
  }

  /** From start to report. `step` is called after each invocation. */
  async run(step: () => void): Promise<RunRecord> {
    await startRun(this.#ports, { runId: 'scale' }, 'cli');
    await this.#work(step);
    return this.#ended('scale');
  }

  /** What failed, called again: from the redrive to the whole new report. */
  async redrive(step: () => void): Promise<RunRecord> {
    this.longestFinish = 0;
    await redriveRun(this.#ports, 'scale');
    await this.#work(step);
    return this.#ended('scale~2');
  }

  async #ended(run: string): Promise<RunRecord> {
    const record = await this.#ports.stores.runs.read(run);
    if (!record) throw new Error(`Run ${run} is gone.`);
    return record;
  }

  async #work(step: () => void): Promise<void> {
    const { split, work, aggregate } = this.#queues;
    const forwarders: Handler[] = [];
    for (let i = 0; i < forwardersOf(this.#pipeline); i++) forwarders.push(await this.#start('forwarder'));
    const splits = await this.#start('splitter');
    const aggregates = await this.#start('aggregator');
    // What is nearest to its end goes first, as there would be forwarders enough: queues stay short.
    for (;;) {
      if (aggregate.size > 0) {
        const started = performance.now();
        await aggregates(aggregate.take(1), this.#context());
        this.longestFinish = Math.max(this.longestFinish, (performance.now() - started) / 1_000);
      } else if (work.size > 0) {
        const forward = forwarders[this.#invocations % forwarders.length];
        await forward?.(work.take(10), this.#context());
      } else if (split.size > 0) await splits(split.take(1), this.#context());
      else break;
      step();
    }
  }

  #now(): number {
    return Date.UTC(2026, 0, 1) + (this.calls / RATE) * 1_000;
  }

  /** An environment of a deployed function. */
  async #start(name: FunctionName): Promise<Handler> {
    const make = await SYSTEM.functions[name].load();
    const ports = this.#ports;
    const { stores, objects } = ports;
    return make({
      ofPipeline: (uses) => portsOf(uses, ports),
      ofPlatform: (uses) =>
        platformPortsOf(uses, {
          ...ports,
          storesOf: () => stores,
          objectsOf: () => objects,
          callsOf: () => ports.calls,
          queuesOf: () => ports.queues,
        }),
    });
  }

  /** The service: it answers at once. */
  #caller(): Caller {
    return {
      call: async ({ run }) => {
        const result = this.#results[this.calls % POOL];
        this.calls += 1;
        const isRefused = run === 'scale' && (this.calls * this.#failedPercent) % 100 < this.#failedPercent;
        return {
          kind: 'answer',
          httpStatus: isRefused ? 422 : 200,
          body: JSON.stringify(result),
          isJson: true,
          retryAfter: null,
          ms: 500,
        };
      },
      async close() {},
    };
  }

  #context(): Context {
    this.#invocations += 1;
    const requestId = `request-${this.#invocations}`;
    return lambdaContext({ functionName: 'scale', requestId, memoryMB: 1_024, remainingMs: () => 900_000 });
  }
}

function scalePipeline(children: number): Pipeline {
  const pool = makeItems(POOL);
  return definePipeline({
    name: 'scale',
    source: {
      async plan() {
        const parts: [number, number][] = [];
        for (let from = 0; from < children; from += PER_SLICE) parts.push([from, Math.min(from + PER_SLICE, children)]);
        return parts;
      },
      async *read({ range, cursor }) {
        const [from, to] = Array.isArray(range) ? range.map(Number) : [];
        if (from === undefined || to === undefined) throw new TypeError('A slice must be [from, to].');
        for (let i = typeof cursor === 'number' ? cursor : from; i < to; i++) {
          const item = pool[i % POOL];
          if (item) yield { item: { ...item, id: 10_000_000 + i }, cursor: i + 1 };
        }
      },
    },
    endpoint: { service: 'scale', path: '/scale' },
    limits: { inFlight: 2_560, maxChildren: Math.max(1, children) },
    tolerate: { failedPercent: 100 },
    reduce: statistics<Item, Result>({ value: 'score', groupBy: 'country', label: 'name' }),
    report: { email: ['owner@example.com'] },
  });
}
