import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { fileLog } from '../local/file-log.ts';
import { startHost } from '../local/host.ts';
import { tableDefinition } from '../shared/adapters/dynamodb/table.ts';
import { definePipeline, type Pipeline } from '../shared/author/definition.ts';
import { statistics } from '../shared/author/reducers/statistics.ts';
import { list } from '../shared/author/sources/list.ts';
import { startRun } from '../shared/control/start.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { connectOperator } from '../shared/lambda/operator.ts';
import type { Deps } from '../shared/ports/deps.ts';
import { type Item, makeItems, type Result } from './data.ts';
import type { MeasureRequest, PipelineMeasured } from './measurement.ts';
import { ProcessWatch } from './processes.ts';
import { SdkCounter } from './sdk-counter.ts';

const seen = z.object({ calls: z.number(), firstAt: z.number(), lastAt: z.number(), openMost: z.number() });

/**
 * The embedded pipeline as `npm start` runs it, on a state directory of its own: real handlers, host and emulators, the
 * report and its mail written. What is counted begins with the start of the run, not of the processes.
 */
export async function measurePipeline(request: MeasureRequest): Promise<PipelineMeasured> {
  const { children, serviceUrl, servicePid } = request;
  const pipeline = benchPipeline(request);
  const stateDir = await mkdtemp(join(tmpdir(), 'microprocess-bench-'));
  const { telemetry, ended } = runEnd(fileLog(join(stateDir, 'logs', 'functions.log')));
  const counter = new SdkCounter();
  try {
    const host = await startHost({
      first: { pipeline, reduceDigest: 'bench', endpointUrl: serviceUrl },
      telemetry: () => telemetry,
      stateDir,
      tableDefinition: { ...tableDefinition, TableName: 'bench' },
    });
    try {
      const deps = connectOperator(pipeline, host.first.resources, LOCAL_REGION, telemetry);
      const emulators = Object.fromEntries(host.pids.map((pid) => ['emulators', pid]));
      const own = new ProcessWatch({ functions: process.pid, ...emulators });
      const service = new ProcessWatch({ service: servicePid });
      await observed(serviceUrl);
      counter.take();
      for (const watch of [own, service]) watch.begin();
      const startedAt = Date.now();
      const { runId } = await startRun(deps, {}, 'cli');
      const broken = host.failure.then((error) => Promise.reject(error));
      const endedAt = await Promise.race([ended, broken, tooLong(children)]);
      for (const watch of [own, service]) watch.end();
      const { calls, firstAt, lastAt, openMost } = await observed(serviceUrl);
      const record = await deps.stores.runs.read(runId);
      if (calls !== children) throw new Error(`The service got ${calls} calls; expected ${children}.`);
      // Counted to here, so that each message's deletion is in and idle polling behind the run is not.
      const sdk = counter.take();
      return {
        status: record?.status ?? 'absent',
        succeeded: record?.counts?.succeeded ?? 0,
        seconds: (endedAt - startedAt) / 1_000,
        firstCallSeconds: (firstAt - startedAt) / 1_000,
        reportSeconds: (endedAt - lastAt) / 1_000,
        openMost,
        own: own.stop(),
        service: service.stop(),
        sdk,
      };
    } finally {
      await host.stop();
    }
  } finally {
    await telemetry.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function benchPipeline({ children, inFlight }: MeasureRequest): Pipeline {
  const items = makeItems(children);
  return definePipeline({
    name: 'bench',
    source: list<Item>(() => items),
    endpoint: { service: 'bench', path: '/score' },
    limits: { inFlight },
    reduce: statistics<Item, Result>({
      value: 'score',
      groupBy: 'country',
      label: 'name',
      columns: [{ name: 'company', of: ({ item }) => item.id }, 'name', 'country', 'revenue', 'score', 'band'],
    }),
    report: { email: ['bench@example.com'] },
  });
}

/** Rejects when a run of so many children has had a minute, and ten times what it should take, without ending. */
async function tooLong(children: number): Promise<never> {
  const seconds = 60 + children / 200;
  await delay(seconds * 1_000, undefined, { ref: false });
  throw new Error(`The run of ${children} children did not end within ${seconds} s.`);
}

/** What the service saw since it was last asked. */
async function observed(serviceUrl: string) {
  return seen.parse(await (await fetch(serviceUrl)).json());
}

type Telemetry = ReturnType<typeof fileLog>;

/**
 * Tells when the run ends by the metric that is counted right behind that write: polling for it would add reads that no
 * run needs. `ended` is in epoch milliseconds.
 */
function runEnd(telemetry: Telemetry): { telemetry: Telemetry; ended: Promise<number> } {
  let end = (_: number) => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const metrics: Deps['metrics'] = {
    count: (name) => {
      if (name === 'RunsSucceeded' || name === 'RunsFailed' || name === 'RunsCancelled') end(Date.now());
    },
    observe: () => undefined,
    flush: () => undefined,
  };
  return { telemetry: { ...telemetry, metrics }, ended };
}
