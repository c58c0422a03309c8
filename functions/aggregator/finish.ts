import { MAIL } from '../../shared/author/channels.ts';
import { isRootFull, segmentsOf } from '../../shared/domain/completion.ts';
import { unpackSegment } from '../../shared/domain/ids.ts';
import type { SegmentRef } from '../../shared/domain/layout.ts';
import { type FinalStatus, isFinal, REDUCE_FAILED } from '../../shared/domain/run.ts';
import { together } from '../../shared/flow/parallel.ts';
import { RetryLater } from '../../shared/lambda/retry-later.ts';
import type { Invocation, MetricName } from '../../shared/ports/deps.ts';
import type { Leased, RunRecord } from '../../shared/ports/run-store.ts';
import type { ReportView } from '../../shared/report/view.ts';
import { readManifest, writeManifest } from '../../shared/storage/manifest.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import { copyLatest } from './copy-latest.ts';
import type { AggregatorDeps } from './deps.ts';
import { draw } from './draw.ts';
import { frozenParts } from './frozen-parts.ts';
import { inline, SUMMARY_TYPE } from './kinds.ts';
import { leaveMail, sendMail } from './mail.ts';
import { overlay } from './overlay.ts';
import { reducedHere } from './reduced-here.ts';
import { summaryOf } from './summary.ts';
import { tellChannels } from './tell-channels.ts';
import { MOST_DEATHS, withoutReduce } from './without-reduce.ts';
import { writeCsv } from './write-csv.ts';
import { writeOutputs } from './write-outputs.ts';

/** A finisher's lease outlives its invocation by this much, so that no two ever work at once. */
const LEASE_MARGIN_MS = 30_000;

/**
 * Finishes a run whose every slice is counted and every segment frozen: report, mail, status, event, in this order, under a
 * lease. If this finisher dies, the next one makes the same objects again, and never a second mail.
 */
export async function finishRun(deps: AggregatorDeps, run: string, invocation: Invocation): Promise<void> {
  const { stores, clock } = deps;
  const root = await stores.runs.readCompletion(run);
  // An early notification: the writer that completes the set notifies again.
  if (!isRootFull(root)) return;
  const now = clock.now();
  const record = await stores.runs.leaseFinish(run, invocation.id, now, invocation.deadline + LEASE_MARGIN_MS);
  if (!record) {
    const current = await stores.runs.read(run);
    if (!current || isFinal(current.status)) return;
    // Its holder may die yet: this message waits behind the lease.
    throw new RetryLater(60);
  }
  try {
    await finishLeased(deps, record, segmentsOf(root).map(unpackSegment), invocation);
  } catch (error) {
    // Released, so that the next delivery need not wait until the lease runs out. Best effort: it runs out.
    await stores.runs.leaseFinish(run, invocation.id, clock.now(), 0).catch(() => undefined);
    throw error;
  }
}

async function finishLeased(
  given: AggregatorDeps,
  record: Leased,
  segments: readonly SegmentRef[],
  invocation: Invocation,
): Promise<void> {
  // Once the mail is claimed or ruled out, the reduce has been through: what killed a finisher since was not the reduce.
  const isDeadly = record.finishers > MOST_DEATHS && record.mail === null;
  const deps = isDeadly ? withoutReduce(given) : given;
  const { run } = record;
  const { pipeline } = deps;
  const { parts: own, course } = await frozenParts(deps, run, segments);
  const { redrive } = record;
  const parts = redrive
    ? await overlay(deps, run, await reducedHere(deps, await readManifest(deps.objects, redrive.base), invocation), own)
    : isDeadly
      ? own
      : await reducedHere(deps, own, invocation);
  // Before the report: it says what there is.
  const outputs = await writeOutputs(deps, run, parts, invocation);
  // Side by side: what is drawn doesn't wait for what is written.
  const csv = writeCsv(deps, run, parts);
  const [bytes, { view, mail: composed, silence }] = await together([
    csv.bytes,
    draw(deps, record, { parts, outputs, course }, csv.gzip),
    writeManifest(deps.objects, run, parts),
  ]);
  const [mail, told] = silence
    ? [await leaveMail(deps, record), { [MAIL]: silence }]
    : await together([sendMail(deps, record, view, composed), tellChannels(deps, record, view)]);
  await deps.objects.put(
    reportKeys(run).summary,
    JSON.stringify(summaryOf(view, mail, bytes, outputs.written, told)),
    SUMMARY_TYPE,
    inline(`${pipeline.name}-${run}.json`),
  );
  await copyLatest(deps, record, view, bytes);
  await end(deps, record, invocation, view);
}

const COUNTED_AS = {
  succeeded: 'RunsSucceeded',
  'succeeded-with-failures': 'RunsSucceeded',
  failed: 'RunsFailed',
  expired: 'RunsFailed',
  cancelled: 'RunsCancelled',
} as const satisfies Record<FinalStatus, MetricName>;

async function end(
  deps: AggregatorDeps,
  record: RunRecord,
  invocation: Invocation,
  { status, counts, failure, endedAt }: ReportView,
): Promise<void> {
  const { run } = record;
  const { summary } = reportKeys(run);
  // The event first: it is sent at least once, and a run that is final is never taken up again.
  await deps.events.runEnded({
    pipeline: deps.pipeline.name,
    run,
    status,
    total: counts.total,
    failed: counts.failed,
    summary,
    ...(failure && { reason: failure.reason }),
  });
  const end = { status, counts, failure: failure ?? null, summary, endedAt };
  const ended = await deps.stores.runs.finish(run, invocation.id, end);
  // Another finisher took over when this lease ran out, and counted the run.
  if (!ended) return;
  deps.metrics.count(COUNTED_AS[status], 1);
  if (failure?.reason === REDUCE_FAILED) {
    deps.log.error('The reduce failed: its run ends without what it makes.', { error: failure.detail });
  }
  deps.log.info('A run ended.', { status, ...counts, seconds: (endedAt - record.startedAt) / 1_000 });
}
