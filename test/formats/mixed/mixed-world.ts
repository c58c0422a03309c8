import { SYSTEM } from '../../../functions/system.ts';
import { DynamoTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import type { Pipeline } from '../../../shared/author/definition.ts';
import { isFinal } from '../../../shared/domain/run.ts';
import type { Handler, MakeHandler } from '../../../shared/lambda/declaration.ts';
import type { Uses } from '../../../shared/ports/uses.ts';
import { loaded } from '../../../testing/loaded-system.ts';
import { MemoryObjects } from '../../../testing/objects.ts';
import { RealWork } from '../../../testing/real-work.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { HOUR, MINUTE, World } from '../../chaos/world.ts';
import { type Emulated, TABLE } from '../../contracts/emulated.ts';
import { REDUCED, releasePipeline, releaseService } from '../release.ts';
import type { PreviousRelease } from './previous-release.ts';

export type Version = 'previous' | 'this';

const ALL = {
  table: { 'P#': ['get', 'put', 'update', 'query', 'batch-get', 'query-index'] },
  objects: ['get', 'put', 'put-stream', 'copy'],
  split: 'send',
  work: 'send',
  aggregate: 'send',
  endpoint: 'call',
  mail: 'send',
  events: 'put',
} as const satisfies Uses;

/** The fixtures' pipeline as the previous release has it. */
function previousPipeline(previous: PreviousRelease, { source, endpoint, retry, limits, report, name }: Pipeline) {
  return previous.definePipeline({
    name,
    source: {
      plan: (context: never) => source.plan?.(context),
      read: ({ part, ...rest }: { part: unknown }) => Reflect.apply(source.read, source, [{ ...rest, range: part }]),
    },
    endpoint: { service: endpoint.service, path: endpoint.path, timeoutSeconds: endpoint.timeoutSeconds },
    retry,
    // Those that it knows.
    limits: { inFlight: limits.inFlight, fairRuns: limits.fairRuns },
    tolerate: { failedPercent: 50 },
    reduce: previous.statistics(REDUCED),
    report: { email: report.email, bodyExcerpt: report.bodyExcerpt },
  });
}

/** Stores whose every call fails once their process is dead: no write of a dead forwarder may reach the table. */
function whileAlive<S extends object>(stores: S, check: () => Promise<unknown>): S {
  return new Proxy(stores, {
    get(all, name) {
      const store: unknown = Reflect.get(all, name);
      if (typeof store !== 'object' || store === null) return store;
      return new Proxy(store, {
        get(one, method) {
          const call: unknown = Reflect.get(one, method);
          if (typeof call !== 'function') return call;
          return async (...args: unknown[]): Promise<unknown> => {
            await check();
            return Reflect.apply(call, one, args);
          };
        },
      });
    },
  });
}

/**
 * A world of the fixtures' pipeline over an emulated table, whose functions are of either release: `pick` is asked at each
 * invocation. Items are read and written by each release's own adapters.
 */
export async function mixedWorld(
  emulated: Emulated,
  previous: PreviousRelease,
  {
    seed,
    pick,
  }: { readonly seed: number; readonly pick: (name: string, random: SeededRandom, atMs: number) => Version },
) {
  const work = new RealWork();
  const client = work.watch(emulated.dynamodb);
  const { report, ...defined } = releasePipeline();
  // No mail: both releases would start the one WebAssembly module that draws its picture.
  const pipeline = { ...defined, report: { ...report, email: [] } };
  const before = {
    pipeline: previousPipeline(previous, pipeline),
    stores: previous.dynamoStores({ client, table: TABLE, pipeline: pipeline.name }),
  };
  const wiring = previous.wiring(before.pipeline);
  const random = new SeededRandom(seed);
  const used = { previous: new Set<string>(), this: new Set<string>() };
  const makers: Readonly<Record<string, (deps: object) => Handler>> = {
    splitter: previous.splitter,
    forwarder: previous.forwarder,
    aggregator: previous.aggregator,
    'dead-letter': previous.deadLetter,
    sweeper: previous.sweeper,
  };
  const { system, handlers } = await loaded(SYSTEM);
  const mixed = new Map<string, MakeHandler>();
  for (const [name, makeThis] of handlers) {
    mixed.set(name, (connectors) => {
      const ports = connectors.ofPipeline(ALL);
      const log = { ...ports.log, begin() {} };
      const stores = whileAlive(before.stores, () => ports.queues.work.waiting());
      const deps = { ...ports, ...before, stores, wiring, log };
      const progress = new previous.ProgressMeter(stores.progress, ports.clock, ports.random.id());
      const made = { previous: makers[name]?.({ ...deps, progress }), this: makeThis(connectors) };
      return (event, context) => {
        const version = pick(name, random, ports.clock.now() - start);
        const handler = made[version];
        if (!handler) throw new Error(`The previous release has no function ${name}.`);
        used[version].add(name);
        return handler(event, context);
      };
    });
  }
  const world = new World({
    seed,
    pipeline,
    service: releaseService,
    functions: { system, handlers: mixed },
    table: new DynamoTable(client, TABLE),
    objects: new MemoryObjects(),
    work,
  });
  const start = world.now();
  const ports = world.deps;
  return {
    world,
    /** Functions that ran, by release. */
    used,
    /** What a process of the previous release has, to look at a run with. */
    before: { ...ports, ...before, wiring, log: { ...ports.log, begin() {} } },
    /** Lets time pass until the run is final, whichever release ends it. */
    async runToEnd(run: string): Promise<string> {
      const begin = world.now();
      for (let at = begin; at < begin + 6 * HOUR; at += MINUTE) {
        await world.host.run({ limit: at });
        const record = await ports.stores.runs.read(run);
        if (record && isFinal(record.status)) return record.status;
      }
      return `stuck: ${world.errors.join('\n')}`;
    },
  };
}
