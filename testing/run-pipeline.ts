import { SYSTEM } from '../functions/system.ts';
import type { DefinedPipeline } from '../shared/author/definition.ts';
import { startRun } from '../shared/control/start.ts';
import { show } from '../shared/domain/errors.ts';
import { isFinal } from '../shared/domain/run.ts';
import { UserError } from '../shared/domain/user-error.ts';
import { type LoadedSystem, loaded } from './loaded-system.ts';
import { Patience } from './patience.ts';
import { type LoggedError, type PipelineRun, pipelineRun } from './pipeline-run.ts';
import { HOUR, PipelineWorld } from './pipeline-world.ts';
import { RealWork } from './real-work.ts';
import type { Service } from './service.ts';
import { serviceCaller } from './service-caller.ts';
import { memoryQueue } from './world-queues.ts';

/** How a pipeline is run in a test. */
export interface RunPipelineOptions<B = unknown, R = unknown> {
  /** Answers each call. */
  readonly service: Service<B, R>;
  /** Run parameters, checked by the definition's `params` as the command line's are. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** First n items only. */
  readonly limit?: number;
  /** The order in which things happen that happen at once, and the jitter of retries. Default 1: each run is the same. */
  readonly seed?: number;
  /** When the run starts, in virtual time. Default the first of January 2026, UTC. */
  readonly now?: Date | number;
}

/** There is one run in its world. Each test's calls have the same Idempotency-Keys. */
const RUN = 'test';

/** Errors that are kept: each child's may be one. */
const ERRORS_KEPT = 100;

/**
 * Runs a pipeline from start to report, in memory and in virtual time: the deployed functions over queues, table and files of this
 * process. Waits cost nothing. A run that fails is a result like any other, with status and reason.
 * @throws {InputError} for params and limits that a start refuses
 * @throws {SourceError} where the source can't be planned
 * @throws an assertion that failed in the service
 * @example
 * const { rows } = await runPipeline(definition, { service: ({ body }) => ({ score: body.name.length }) });
 * expect(rows.map(({ result }) => result?.score)).toEqual([7, 12]);
 */
export async function runPipeline<P, I, R, B>(
  definition: DefinedPipeline<P, I, R, B>,
  { service, params, limit, seed, now }: RunPipelineOptions<B, R>,
): Promise<PipelineRun<I, R>> {
  if (!('deadlineHours' in definition))
    throw new TypeError(`runPipeline takes what definePipeline gives, received ${show(definition)}.`);
  if (typeof service !== 'function') throw new TypeError(`service must be a function, received ${show(service)}.`);
  const errors: LoggedError[] = [];
  const log = (message: string, error: unknown) => {
    if (errors.length < ERRORS_KEPT) errors.push({ message, error });
  };
  const problems: unknown[] = [];
  const work = new RealWork();
  const patience = new Patience();
  const world = new PipelineWorld(
    {
      pipeline: definition,
      functions: await deployed(),
      seed: seed ?? 1,
      ...(now !== undefined && { start: Number(now) }),
      mailFrom: definition.report.email.length > 0 ? 'reports@example.com' : '',
      work,
      caller: (process, clock) =>
        serviceCaller({
          service,
          pipeline: definition,
          clock,
          process,
          work,
          patience,
          threw: (error) => log('The service threw: its answer is 500.', error),
          failed: (error) => void problems.push(error),
        }),
      observer: { error: (message, { error }) => log(message, error instanceof UserError ? error.error : error) },
    },
    memoryQueue,
  );
  const start = await world.controlled((deps) => startRun(deps, { runId: RUN, params, limit }, 'cli'));
  if (start.end === 'failed') throw start.error;
  const until = () => world.ended.has(RUN) || problems.length > 0;
  await world.host.run({ until, limit: world.now() + (definition.deadlineHours + 1) * HOUR });
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
