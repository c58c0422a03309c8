import { show } from '../../shared/domain/errors.ts';
import { UsageError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { type Records, withRecords } from './records.ts';
import type { Where } from './target.ts';

/**
 * The pipeline whose run has this id.
 * @throws {UsageError} where none has, or several do
 */
export async function pipelineOfRun(run: string, where: Where, terminal: Terminal): Promise<string> {
  return withRecords(where, terminal, async (all) => {
    if (all.length === 0)
      throw new UsageError(
        'Nothing has ever run on this machine. Run a pipeline with "npm start", or name a deployed stage with --stage.',
      );
    const found = await Promise.all(all.map(async (each) => ((await each.deps.stores.runs.read(run)) ? [each] : [])));
    const names = found.flat().map(({ pipeline }) => pipeline);
    const [name] = names;
    if (name !== undefined && names.length === 1) return name;
    if (names.length === 0 && all.some(({ pipeline }) => pipeline === run))
      throw new UsageError(`${show(run)} is a pipeline, not a run. "npx microprocess list -P ${run}" lists its runs.`);
    const those = (names.length > 0 ? names : all.map(({ pipeline }) => pipeline)).join(', ');
    throw new UsageError(
      names.length > 0
        ? `A run ${show(run)} is there of several pipelines. Name one with --pipeline: ${those}.`
        : `There is no run ${show(run)} of any pipeline: ${those}. "npx microprocess list" lists those there are.`,
    );
  });
}

/** A run, and whose it is. */
export interface RunOf {
  readonly pipeline: string;
  readonly run: string;
}

/** The newest run of the pipeline that is named, or of all. @throws {UsageError} where there is none */
export async function newestRun(where: Where, terminal: Terminal): Promise<RunOf> {
  const newest = await withRecords(where, terminal, (all) => newestFirst(all, { limit: 1 }));
  const [first] = newest;
  if (first) return first;
  throw new UsageError('There are no runs yet. Run a pipeline with "npm start".');
}

/** More than were ever under way on one machine. */
const MOST = 100;

/** Runs on this machine that haven't ended, and that nothing works on; newest first. */
export async function interruptedRuns(where: Where, terminal: Terminal): Promise<readonly RunOf[]> {
  return withRecords(where, terminal, (all) =>
    newestFirst(
      all.filter(({ isWorkedOn }) => !isWorkedOn),
      { limit: MOST, activeOnly: true },
    ),
  );
}

async function newestFirst(
  all: readonly Records[],
  of: { readonly limit: number; readonly activeOnly?: boolean },
): Promise<RunOf[]> {
  const found = await Promise.all(
    all.map(async ({ pipeline, deps }) =>
      (await deps.stores.runs.list(of)).map(({ run, startedAt }) => ({ pipeline, run, startedAt })),
    ),
  );
  return found.flat().sort((a, b) => b.startedAt - a.startedAt);
}
