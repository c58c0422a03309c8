import { fileTelemetry } from '../../local/file-log.ts';
import { openState } from '../../local/open-state.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { readProgress } from '../../shared/control/status.ts';
import { EXIT } from '../exit-codes.ts';
import { localTable, stateDir } from '../local-state.ts';
import { loadPipeline } from '../pipelines.ts';
import { describe } from '../progress.ts';

/** Shows a run, or one of its children, from the state on disk. */
export async function show(
  name: string,
  run: string,
  child: string | undefined,
  options: { readonly json?: boolean },
): Promise<number> {
  const pipeline = await loadPipeline(name);
  const state = stateDir(name);
  const telemetry = fileTelemetry(`${state}/logs/functions.log`);
  const opened = await openState(pipeline, state, localTable, telemetry);
  try {
    const view = child === undefined ? await runView() : await showChild(opened.deps, run, child);
    process.stdout.write(options.json ? `${JSON.stringify(view)}\n` : inWords(view));
    return EXIT.ok;
  } finally {
    await opened.close();
    await telemetry.close();
  }

  async function runView() {
    const progress = await readProgress(opened.deps, run);
    const { record } = progress;
    return {
      runId: run,
      status: record.status,
      progress: describe(progress, 0),
      params: record.params,
      limit: record.limit,
      trigger: record.trigger,
      startedAt: new Date(record.startedAt).toISOString(),
      deadline: new Date(record.deadline).toISOString(),
      endedAt: record.endedAt === null ? null : new Date(record.endedAt).toISOString(),
      counts: record.counts,
      mail: record.mail,
    };
  }
}

function inWords(view: object): string {
  return Object.entries(view)
    .map(([key, value]) => `${key.padEnd(12)} ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
    .join('');
}
