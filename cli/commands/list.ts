import type { RunRecord } from '../../shared/ports/run-store.ts';
import { EXIT } from '../exit-codes.ts';
import { choosePipeline, loadPipeline } from '../pipelines.ts';
import { hasState } from '../targets/local.ts';
import { stageOf, withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { columns, count, duration, plain, time } from '../text.ts';

export interface ListOptions extends Where {
  readonly limit: number;
  readonly active?: boolean;
  readonly json?: boolean;
}

/** Lists runs, newest first. */
export async function list(options: ListOptions, terminal: Terminal): Promise<number> {
  const name = choosePipeline(options.pipeline);
  const never = stageOf(options) === undefined && !hasState();
  // A name that never had a run is more likely a mistake than one whose definition is gone.
  if (never) await loadPipeline(name);
  const runs = never
    ? []
    : await withTarget(options, 'records', terminal, ({ deps }) =>
        deps.stores.runs.list({ limit: options.limit, activeOnly: options.active ?? false }),
      );
  if (options.json) terminal.stdout.write(`${JSON.stringify(runs.map(runJson))}\n`);
  else if (runs.length === 0) terminal.stderr.write(`No ${options.active ? 'active ' : ''}runs.\n`);
  else
    terminal.stdout.write(
      columns([['RUN', 'STATUS', 'STARTED (UTC)', 'TOOK', 'CHILDREN', 'FAILED', 'BY'], ...runs.map(row)]),
    );
  return EXIT.ok;
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

function row({ run, status, startedAt, endedAt, counts, failure, trigger }: RunRecord): string[] {
  return [
    run,
    failure ? `${status} (${plain(failure.reason)})` : status,
    time(startedAt),
    endedAt === null ? '' : duration((endedAt - startedAt) / 1_000),
    counts ? count(counts.total) : '',
    counts ? count(counts.total - counts.succeeded) : '',
    trigger,
  ];
}
