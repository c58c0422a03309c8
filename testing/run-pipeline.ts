import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { SYSTEM } from '../functions/system.ts';
import { sourceFiles } from '../shared/adapters/sources/source-files.ts';
import type { DefinedPipeline } from '../shared/author/definition.ts';
import { callable, strictOptions } from '../shared/author/options.ts';
import { allRecipients } from '../shared/author/recipients.ts';
import { overFiles } from '../shared/author/sources/over-files.ts';
import { handOverItems } from '../shared/control/hand-over-items.ts';
import { startRun } from '../shared/control/start.ts';
import { show } from '../shared/domain/errors.ts';
import type { Json } from '../shared/domain/json.ts';
import { isFinal } from '../shared/domain/run.ts';
import { UserError } from '../shared/domain/user-error.ts';
import type { Objects } from '../shared/ports/objects.ts';
import { pipelineFolder } from '../shared/project/pipeline-folder.ts';
import type { Invocation } from './invocation.ts';
import { type LoadedSystem, loaded } from './loaded-system.ts';
import { checkTestOptions } from './options.ts';
import { Patience } from './patience.ts';
import { type LoggedError, type PipelineRun, pipelineRun } from './pipeline-run.ts';
import { HOUR, PipelineWorld } from './pipeline-world.ts';
import { RealWork } from './real-work.ts';
import type { Service } from './service.ts';
import { serviceCaller } from './service-caller.ts';
import { StuckError } from './virtual-clock.ts';
import { memoryQueue } from './world-queues.ts';

/** How a pipeline is run in a test. */
export interface RunPipelineOptions<B = unknown, R = unknown> {
  /** Answers each call. */
  readonly service: Service<B, R>;
  /** Run parameters, checked by the definition's `params` as the command line's are. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** First n items only. */
  readonly limit?: number;
  /** A file that the source reads instead of its own, as `--file` hands one over. */
  readonly file?: string;
  /** Items in place of the source's, as `--items` and the console hand them over. */
  readonly items?: readonly Json[];
  /** The order in which things happen that happen at once, and the jitter of retries. Default 1: each run is the same. */
  readonly seed?: number;
  /** When the run starts, in virtual time: a date, or epoch milliseconds. Default the first of January 2026, UTC. */
  readonly now?: Date | number;
  /** Real seconds after which a source that gives nothing is given up, with an error that says so. Default 4: test runners' own limits say less. */
  readonly waitSeconds?: number;
}

/** Of the years 1970 to 9999: what lies behind a run's deadline is a date too. */
const MOST_NOW = Date.UTC(9_999, 0, 1);
const NOW = `must be a date, or epoch milliseconds from 0 to ${MOST_NOW}`;

const optionsSchema = strictOptions({
  service: callable(),
  // The definition's own schema says what is wrong with them; a start says so of the limit.
  params: z.unknown().optional(),
  limit: z.unknown().optional(),
  file: z.string().optional(),
  items: z.array(z.json()).optional(),
  seed: z.int('must be a whole number').optional(),
  now: z
    .unknown()
    .refine((now) => now instanceof Date || typeof now === 'number', NOW)
    .refine((now) => Number(now) >= 0 && Number(now) <= MOST_NOW, NOW)
    .optional(),
  waitSeconds: z.number().positive().max(3_600).optional(),
});

/** There is one run in its world. Each test's calls have the same Idempotency-Keys. */
const RUN = 'test';

/** Errors that are kept: each child's may be one. */
const ERRORS_KEPT = 100;

/**
 * Runs a pipeline from start to report, in memory and in virtual time: the deployed functions over queues, table and files of this
 * process. Waits cost nothing. A run that fails is a result like any other, with status and reason.
 * @throws {TypeError} naming each option that is wrong or unknown
 * @throws {InputError} for params and limits that a start refuses
 * @throws {SourceError} where the source can't be planned
 * @throws an assertion that failed in the service
 * @throws {Error} where the source gives nothing for `waitSeconds`
 * @example
 * const { rows } = await runPipeline(definition, { service: ({ body }) => ({ score: body.name.length }) });
 * expect(rows.map(({ result }) => result?.score)).toEqual([7, 12]);
 */
export async function runPipeline<P, I, R, B>(
  definition: DefinedPipeline<P, I, R, B>,
  options: RunPipelineOptions<B, R>,
): Promise<PipelineRun<I, R>> {
  if (typeof definition !== 'object' || definition === null || !('deadlineHours' in definition))
    throw new TypeError(`runPipeline takes what definePipeline gives, received ${show(definition)}.`);
  checkTestOptions('runPipeline', optionsSchema, options);
  const { service, params, limit, file, items, seed, now, waitSeconds = 4 } = options;
  const errors: LoggedError[] = [];
  const log = (message: string, error: unknown) => {
    if (errors.length < ERRORS_KEPT) errors.push({ message, error });
  };
  const problems: unknown[] = [];
  const work = new RealWork();
  const patience = new Patience();
  const world = new PipelineWorld(
    {
      pipeline: overFiles(definition, () =>
        sourceFiles({ folder: pipelineFolder(definition.name), anyFile: true, objects: (): Objects => world.objects }),
      ),
      functions: await deployed(),
      seed: seed ?? 1,
      ...(now !== undefined && { start: Number(now) }),
      mailFrom: allRecipients(definition.report).length > 0 ? 'reports@example.com' : '',
      work,
      caller: (process, clock) =>
        serviceCaller({
          service,
          pipeline: definition,
          clock,
          process,
          work,
          patience,
          take: (event): Promise<Invocation> => world.host.invoke(world.functionOf('callback'), event),
          threw: (error) => log('The service threw: its answer is 500.', error),
          failed: (error) => void problems.push(error),
        }),
      observer: { error: (message, { error }) => log(message, error instanceof UserError ? error.error : error) },
    },
    memoryQueue,
  );
  world.clock.busyMs = waitSeconds * 1_000;
  try {
    const request = {
      runId: RUN,
      params,
      limit,
      ...(file !== undefined && { file: pathToFileURL(file).href }),
      ...(items && { items }),
    };
    const handedOver = await handOverItems(world.objects, request);
    const start = await world.controlled((deps) => startRun(deps, handedOver, 'cli'));
    if (start.end === 'failed') throw start.error;
    const until = () => world.ended.has(RUN) || problems.length > 0;
    await world.host.run({ until, limit: world.now() + (definition.deadlineHours + 1) * HOUR });
  } catch (error) {
    if (!(error instanceof StuckError)) throw error;
    throw new Error(
      `The run waits for something in real time that hasn't come for ${waitSeconds} s: most likely a promise in the source's plan, read or load, or of the service. A slow one gets longer by the option waitSeconds.`,
    );
  }
  if (problems.length > 0) throw problems[0];
  const record = await world.deps.stores.runs.read(RUN);
  if (!record?.summary || !isFinal(record.status))
    throw new Error(`The run has not ended an hour after its deadline: it is ${record?.status}. ${show(errors)}`);
  return pipelineRun<I, R>(world, RUN, record.status, errors);
}

/** Loaded once, at the first run: a test of a reduce needs none of it. */
let functions: Promise<LoadedSystem> | undefined;

function deployed(): Promise<LoadedSystem> {
  functions ??= loaded(SYSTEM);
  return functions;
}
