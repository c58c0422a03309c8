import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { USES } from '../../functions/forwarder/deps.ts';
import { fileLog } from '../../local/file-log.ts';
import { startHost } from '../../local/host.ts';
import { type ServerProcess, startServerProcess } from '../../local/server-process.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { environmentOf } from '../../shared/lambda/resources.ts';
import type { OperatorDeps } from '../../shared/ports/deps.ts';
import { bundle } from '../../shared/project/bundle.ts';
import {
  type GateCosts,
  gateCosts,
  type PipelineSettings,
  pushPipeline,
  type ServiceRule,
  type ServiceSaw,
  serviceSaw,
} from './settings.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Forwarder processes of one pipeline. */
export interface FleetPart extends PipelineSettings {
  readonly processes: number;
}

export interface FleetSetup {
  readonly parts: readonly FleetPart[];
  readonly service: ServiceRule;
  /** A row that takes longer has failed. */
  readonly seconds: number;
}

/** A pipeline at work, and a person's way to it. */
export interface FleetPipeline {
  readonly deps: OperatorDeps;
  /** Resolves once so many of its runs have ended. */
  ended(runs: number): Promise<void>;
  /** Kills one of its forwarders, the oldest, as the system does when it is out of memory, and starts another. */
  kill(): Promise<void>;
}

export interface Fleet {
  readonly pipelines: readonly FleetPipeline[];
  /** What the service saw so far. */
  saw(): Promise<ServiceSaw>;
  /** What the gate's items have cost all forwarders that live. */
  costs(): Promise<GateCosts>;
}

/**
 * Runs `measure` with a fleet of forwarder processes beside the embedded emulators, in a state folder of its own. All other functions run
 * in this process, as the embedded host runs them.
 * @throws {Error} where it takes too long, or a part of it ends by itself
 */
export async function withFleet<T>(setup: FleetSetup, measure: (fleet: Fleet) => Promise<T>): Promise<T> {
  const stateDir = await mkdtemp(join(tmpdir(), 'microprocess-push-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(stateDir, { recursive: true, force: true })];
  try {
    return await run(setup, stateDir, stops, measure);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function run<T>(
  { parts, service: rule, seconds }: FleetSetup,
  stateDir: string,
  stops: (() => Promise<unknown>)[],
  measure: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const logFile = (name: string) => join(stateDir, 'logs', `${name}.log`);
  const service = await startServerProcess({
    name: 'push service',
    script: await bundle({ entry: file('recording-service.ts') }),
    args: [JSON.stringify(rule)],
    listening: z.url(),
    logFile: logFile('service'),
  });
  stops.push(service.stop);
  const log = fileLog(logFile('functions'));
  stops.push(log.close);
  const ends = new Map(parts.map(({ name }) => [name, new RunEnds()]));
  const [first, ...others] = parts.map((settings) => ({
    pipeline: pushPipeline(settings),
    reduceDigest: 'push',
    endpointUrl: service.listening,
  }));
  if (!first) throw new TypeError('A fleet has a pipeline at least.');
  const host = await startHost({
    first,
    telemetry: (name) => ({ log: log.log, metrics: ends.get(name ?? '') ?? log.metrics }),
    stateDir,
    tableDefinition: { ...tableDefinition, TableName: 'push' },
  });
  stops.push(host.stop);
  const locals = [host.first];
  for (const other of others) locals.push((await host.use(other)).pipeline);

  const script = await bundle({ entry: file('forwarder-process.ts'), packages: 'external' });
  const broken = [host.failure, service.failure];
  const started: ForwarderProcesses[] = [];
  const pipelines: FleetPipeline[] = [];
  for (const [index, local] of locals.entries()) {
    const part = parts[index];
    if (!part) throw new TypeError('Each pipeline has its settings.');
    // The host's own forwarders stand still.
    await local.pause('work');
    const processes = new ForwarderProcesses((id) =>
      startServerProcess({
        name: `forwarder ${id}`,
        script,
        args: [JSON.stringify(part)],
        env: {
          ...process.env,
          ...environmentOf(USES, { ...local.resources, endpoint: `${service.listening}/${part.name}-${id}` }),
        },
        listening: z.url(),
        logFile: logFile(`forwarder-${part.name}-${id}`),
      }),
    );
    stops.push(() => processes.stop());
    started.push(processes);
    await Promise.all(Array.from({ length: part.processes }, () => processes.start()));
    broken.push(processes.failure);
    pipelines.push({
      deps: connectOperator(pushPipeline(part), local.resources, LOCAL_REGION, log),
      ended: async (runs) => ends.get(part.name)?.reach(runs),
      kill: () => processes.kill(),
    });
  }
  const fleet: Fleet = {
    pipelines,
    saw: async () => serviceSaw.parse(await json(service.listening)),
    async costs() {
      const all = await Promise.all(
        started.flatMap((of) => of.urls.map(async (url) => gateCosts.parse(await json(url)))),
      );
      const sum = (of: (costs: GateCosts) => number) => all.reduce((total, costs) => total + of(costs), 0);
      return { gateReads: sum(({ gateReads }) => gateReads), gateWrites: sum(({ gateWrites }) => gateWrites) };
    },
  };
  const failed = Promise.race(broken).then((error) => Promise.reject(error));
  const late = delay(seconds * 1_000, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`It did not end within ${seconds} s.`)),
  );
  return Promise.race([measure(fleet), failed, late]);
}

/** Counts a pipeline's runs that ended, by the metric that is written right behind that. */
class RunEnds {
  #count = 0;
  readonly #waiting: { readonly runs: number; readonly resolve: () => void }[] = [];

  count(name: string): void {
    if (!['RunsSucceeded', 'RunsFailed', 'RunsCancelled'].includes(name)) return;
    this.#count += 1;
    for (const { runs, resolve } of this.#waiting) if (this.#count >= runs) resolve();
  }

  observe(): void {}
  flush(): void {}

  reach(runs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count >= runs) resolve();
      else this.#waiting.push({ runs, resolve });
    });
  }
}

/** Those of one pipeline that run. */
class ForwarderProcesses {
  /** Resolves where one ends that wasn't told to. */
  readonly failure: Promise<Error>;
  readonly #start: (id: number) => Promise<ServerProcess<string>>;
  readonly #running: ServerProcess<string>[] = [];
  readonly #killed = new Set<ServerProcess<string>>();
  #failed: (error: Error) => void = () => undefined;
  #ids = 0;

  constructor(start: (id: number) => Promise<ServerProcess<string>>) {
    this.#start = start;
    this.failure = new Promise((resolve) => {
      this.#failed = resolve;
    });
  }

  get urls(): readonly string[] {
    return this.#running.map(({ listening }) => listening);
  }

  async start(): Promise<void> {
    this.#ids += 1;
    const process = await this.#start(this.#ids);
    this.#running.push(process);
    void process.failure.then((error) => {
      if (!this.#killed.has(process)) this.#failed(error);
    });
  }

  async kill(): Promise<void> {
    const oldest = this.#running.shift();
    if (!oldest) throw new Error('No forwarder runs.');
    this.#killed.add(oldest);
    process.kill(oldest.pid, 'SIGKILL');
    await this.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((process) => process.stop()));
  }
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}
