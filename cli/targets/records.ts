import { fileLog } from '../../local/file-log.ts';
import { openState } from '../../local/open-state.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { OperatorDeps } from '../../shared/ports/deps.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import { functionsLog, localTable, prepareHome, stateDir } from '../home.ts';
import { defaultPipeline, nameAlone, pipelineNames } from '../pipelines.ts';
import type { Terminal } from '../terminal.ts';
import { hasState } from './local.ts';
import { stageOf, type Where } from './target.ts';

/** The records of one pipeline's runs. */
export interface Records {
  readonly pipeline: string;
  readonly deps: OperatorDeps;
  /** False where nothing works on it, so that a run that hasn't ended was interrupted. */
  readonly isWorkedOn: boolean;
}

/**
 * Opens the records of the pipeline that is named, or of all there are; they are read by its name alone. At a stage one that isn't deployed is left out, with a warning,
 * unless it is the one that is named; on this machine all are in one table.
 */
export async function withRecords<T>(
  where: Where,
  terminal: Terminal,
  use: (records: readonly Records[]) => Promise<T>,
): Promise<T> {
  const named = where.pipeline ?? defaultPipeline();
  const pipelines = (named === undefined ? pipelineNames() : [named]).map(nameAlone);
  const stage = stageOf(where);
  prepareHome(terminal);
  return stage === undefined ? here(pipelines, use) : use(await atStage(pipelines, stage, terminal));
}

async function here<T>(pipelines: readonly Pipeline[], use: (records: readonly Records[]) => Promise<T>): Promise<T> {
  const [first, ...others] = pipelines;
  if (first === undefined || !hasState()) return use([]);
  const telemetry = fileLog(functionsLog());
  const state = await openState(first, stateDir(), localTable, telemetry);
  try {
    const opened = [
      { pipeline: first, ...state },
      ...others.map((pipeline) => ({ pipeline, ...state.beside(pipeline) })),
    ];
    return await use(
      opened.map(({ pipeline, deps, host }) => ({ pipeline: pipeline.name, deps, isWorkedOn: host !== null })),
    );
  } finally {
    await state.close();
    await telemetry.close();
  }
}

async function atStage(pipelines: readonly Pipeline[], stage: string, terminal: Terminal): Promise<Records[]> {
  const { deployed } = await import('./deployed.ts');
  const all = await Promise.all(
    pipelines.map(async (pipeline): Promise<Records | Error> => {
      try {
        const { deps } = await deployed(pipeline, stage, '', terminal);
        return { pipeline: pipeline.name, deps, isWorkedOn: true };
      } catch (error) {
        // Only what says that it isn't there: what AWS refuses is refused for the others too.
        if (error instanceof UsageError || error instanceof EnvironmentError) return error;
        throw error;
      }
    }),
  );
  const missing = all.filter((each) => each instanceof Error);
  const [first] = missing;
  if (first && missing.length === all.length) throw first;
  for (const { message } of missing) terminal.stderr.write(`warning: ${message}\n`);
  return all.flatMap((each) => (each instanceof Error ? [] : [each]));
}
