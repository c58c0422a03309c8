import { relative } from 'node:path';
import { tracedChild } from '../../shared/adapters/endpoints/trace.ts';
import { childHistory, type RecordedOutcome } from '../../shared/control/child-history.ts';
import { type GateView, readGate } from '../../shared/control/limits.ts';
import { readSummary, type Summary } from '../../shared/control/read-summary.ts';
import { latestExecution } from '../../shared/control/redrive.ts';
import { type ChildView, showChild } from '../../shared/control/show-child.ts';
import { type RunProgress, readProgress } from '../../shared/control/status.ts';
import { executionId, firstRunOf } from '../../shared/domain/redrive.ts';
import { REDUCE_FAILED } from '../../shared/domain/run.ts';
import type { Act } from '../../shared/ports/act-store.ts';
import { milliseconds } from '../../shared/report/format.ts';
import { EXIT } from '../exit-codes.ts';
import { gateFields } from '../gate-words.ts';
import { asMailedHere, closedField, failureField, mailField, summaryFields, toldFields } from '../output.ts';
import { describe } from '../progress-words.ts';
import { newestRun } from '../targets/find-run.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Target, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { columns, count, fields, plain, time } from '../text.ts';
import { progressJson } from './watch.ts';

/** Of the pipeline, newest first: more than are done while a run can be looked at. */
const ACTS_READ = 1_000;

/** Shows a run, or one of its children; the newest run where none is named. */
export async function show(
  named: string | undefined,
  child: string | undefined,
  options: Where & { readonly json?: boolean },
  { stdout, ...terminal }: Terminal,
): Promise<number> {
  const { run, ...of } = named === undefined ? await newestRun(options, { stdout, ...terminal }) : { run: named };
  return withTarget({ ...options, ...of, run }, 'records', { stdout, ...terminal }, async (target) => {
    if (child !== undefined) {
      const [view, history] = await Promise.all([
        showChild(target.deps, run, child),
        childHistory(target.deps, run, child),
      ]);
      const { name, endpoint } = target.pipeline;
      // A list that it was called in had a key of its own.
      const isAlone = endpoint.itemsPerCall === undefined;
      const trace = isAlone ? tracedChild(`${name}.${firstRunOf(run)}.${view.id}`, endpoint.tracedPercent) : null;
      stdout.write(options.json ? `${JSON.stringify({ ...view, trace, history })}\n` : childText(view, trace, history));
      return EXIT.ok;
    }
    const progress = await readProgress(target.deps, run);
    const { record } = progress;
    const summary =
      record.summary === null ? null : asMailedHere(await readSummary(target.deps.objects, record), target.log);
    // What came back since its end stands beside the run alone.
    const told = { ...summary?.told, ...(await target.deps.stores.notices.read(run)) };
    const gate = record.endedAt === null ? await readGate(target.deps) : null;
    const { n } = await latestExecution(target.deps, run);
    const acts = (await target.deps.stores.acts.list(ACTS_READ)).filter((act) => act.run === run).reverse();
    const executions = Array.from({ length: n }, (_, i) => executionId(firstRunOf(run), i + 1));
    stdout.write(
      options.json
        ? `${JSON.stringify({ ...progressJson(progress), reasons: summary?.reasons ?? null, objects: summary?.objects ?? null, executions, gate, acts, told })}\n`
        : runText(target, progress, summary && { ...summary, told }, executions, gate, acts),
    );
    return EXIT.ok;
  });
}

function runText(
  target: Target,
  progress: RunProgress,
  summary: Summary | null,
  executions: readonly string[],
  gate: GateView | null,
  acts: readonly Act[],
): string {
  const { record } = progress;
  const { run, status, trigger, params, limit, startedAt, endedAt, deadline, failure, redrive } = record;
  const others = executions.filter((execution) => execution !== run);
  const unsuccessful = progress.failed + progress.cancelled + progress.expired > 0;
  const isInterrupted = target.worker === 'nobody' && endedAt === null;
  return `Run ${run}: ${isInterrupted ? 'interrupted' : status.replaceAll('-', ' ')}\n${fields([
    ['pipeline', `${target.pipeline.name}, ${target.place}`],
    ['started', `${time(startedAt)} UTC, by ${trigger}`],
    ['limit', limit === null ? undefined : String(limit)],
    ['params', JSON.stringify(params) === '{}' ? undefined : plain(JSON.stringify(params))],
    ['redrive', redrive ? `of ${redrive.base}` : undefined],
    ['also run as', others.length > 0 ? others.join(', ') : undefined],
    ['ended', endedAt === null ? undefined : `${time(endedAt)} UTC`],
    ['deadline', endedAt === null ? `${time(deadline)} UTC` : undefined],
    closedField(record),
    failureField(failure),
    ...(summary
      ? [...summaryFields(summary), mailField(summary), ...toldFields(summary)]
      : [['progress', describe(progress, null)] as const]),
    ...(gate ? gateFields(gate, target.deps.clock.now()) : []),
    ['failures', unsuccessful ? hint(target, 'failures', run) : undefined],
    ['report', summary ? hint(target, 'report', run) : undefined],
    ['log', status === 'failed' && target.log !== undefined ? relative(process.cwd(), target.log) : undefined],
    ...acts.map(({ act, by, at }) => [act, `${time(at)} UTC, by ${plain(by)}`] as const),
    ['next', failure?.reason === REDUCE_FAILED ? `mend the reduce, then ${hint(target, 'redrive', run)}` : undefined],
    ['go on', isInterrupted ? hint(target, 'resume', run) : undefined],
  ])}`;
}

function childText(
  { id, status, item, reason, result, attempts, ms, endedAt, nextCallAt, waitsUntil }: ChildView,
  trace: string | null,
  history: readonly RecordedOutcome[],
): string {
  return `Child ${id}: ${status}\n${fields({
    item: plain(JSON.stringify(item)),
    reason: reason === null ? undefined : plain(reason),
    result: result === null ? undefined : plain(JSON.stringify(result)),
    attempts: String(attempts),
    'last call': ms === null ? undefined : milliseconds(ms),
    ended: moment(endedAt),
    'next call': moment(nextCallAt),
    'waits for its callback until': moment(waitsUntil),
    trace: trace ?? undefined,
  })}${historyText(history)}`;
}

const moment = (iso: string | null) => (iso === null ? undefined : `${time(Date.parse(iso))} UTC`);

/** What came of the child in runs before too; one outcome alone is what stands above anyway. */
function historyText(history: readonly RecordedOutcome[]): string {
  if (history.length < 2) return '';
  const rows = history.map(({ run, endedAt, status, reason, attempts, ms, isTooLate }) => [
    run,
    time(Date.parse(endedAt)),
    `${status}${reason === null ? '' : ` ${plain(reason)}`}${isTooLate ? ' (too late for the report)' : ''}`,
    count(attempts),
    milliseconds(ms),
  ]);
  return `\nRecorded, oldest first:\n${columns([['RUN', 'ENDED (UTC)', 'OUTCOME', 'CALLS SO FAR', 'LAST CALL'], ...rows])}`;
}
