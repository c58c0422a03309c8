import { progressOf, type RunProgress } from '../../shared/control/status.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { EXIT } from '../exit-codes.ts';
import { defaultPipeline, requirePipeline } from '../pipelines.ts';
import { position } from '../progress-words.ts';
import { hasState } from '../targets/local.ts';
import { type Records, withRecords } from '../targets/records.ts';
import { stageOf, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { columns, count, duration, plain, time } from '../text.ts';

export interface ListOptions extends Where {
  readonly limit: number;
  readonly active?: boolean;
  readonly json?: boolean;
}

/** A run in the list. */
interface Listed {
  readonly pipeline: string;
  /** It hasn't ended, and nothing works on it. */
  readonly isInterrupted: boolean;
  readonly progress: RunProgress;
}

/** Lists runs, newest first: of the pipeline that is named, or of all. */
export async function list(options: ListOptions, terminal: Terminal): Promise<number> {
  const named = options.pipeline ?? defaultPipeline();
  const never = stageOf(options) === undefined && !hasState();
  const runs = never ? [] : await withRecords(options, terminal, (all) => listed(all, options));
  // One whose definition is gone is listed; a name without either is a mistake.
  if (runs.length === 0 && !options.active && stageOf(options) === undefined && named !== undefined)
    requirePipeline(named);
  if (options.json) terminal.stdout.write(`${JSON.stringify(runs.map(listedJson))}\n`);
  else if (runs.length === 0) terminal.stderr.write(`No ${options.active ? 'active ' : ''}runs.\n`);
  else {
    const isOfSeveral = named === undefined;
    const header = [
      'RUN',
      ...(isOfSeveral ? ['PIPELINE'] : []),
      'STATUS',
      'STARTED (UTC)',
      'TOOK',
      'CHILDREN',
      'FAILED',
      'BY',
    ];
    terminal.stdout.write(columns([header, ...runs.map((run) => row(run, isOfSeveral))]));
  }
  return EXIT.ok;
}

async function listed(all: readonly Records[], { limit, active = false }: ListOptions): Promise<Listed[]> {
  const found = await Promise.all(
    all.map(async (records) =>
      (await records.deps.stores.runs.list({ limit, activeOnly: active })).map((record) => ({ ...records, record })),
    ),
  );
  const newest = found
    .flat()
    .sort((a, b) => b.record.startedAt - a.record.startedAt)
    .slice(0, limit);
  return Promise.all(
    newest.map(async ({ pipeline, deps, isWorkedOn, record }) => ({
      pipeline,
      isInterrupted: !isWorkedOn && !isFinal(record.status),
      progress: await progressOf(deps, record),
    })),
  );
}

function listedJson({ pipeline, isInterrupted, progress: { record, ...progress } }: Listed) {
  return { pipeline, ...runJson(record), isInterrupted, progress };
}

/** A run as programs read it. */
export function runJson(record: RunRecord) {
  const { run, status, trigger, params, limit, startedAt, deadline, endedAt, counts, closed, failure, flags, mail } =
    record;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    runId: run,
    status,
    trigger,
    params,
    limit,
    startedAt: iso(startedAt),
    deadline: iso(deadline),
    endedAt: endedAt === null ? null : iso(endedAt),
    counts,
    closed,
    failure,
    flags,
    mail,
    redriveOf: record.redrive?.base ?? null,
  };
}

function row({ pipeline, isInterrupted, progress }: Listed, isOfSeveral: boolean): string[] {
  const { run, status, startedAt, endedAt, failure, trigger } = progress.record;
  const { done, total } = position(progress);
  const said = isInterrupted ? 'interrupted' : status.replaceAll('-', ' ');
  return [
    run,
    ...(isOfSeveral ? [pipeline] : []),
    failure ? `${said} (${plain(failure.reason)})` : said,
    time(startedAt),
    endedAt === null ? '' : duration(endedAt - startedAt),
    endedAt === null ? `${count(done)} of ${count(total)}${progress.totalKnown ? '' : '+'}` : count(total),
    count(progress.failed),
    trigger,
  ];
}
