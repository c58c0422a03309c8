import { kindOf } from '../../shared/domain/errors.ts';
import { LATEST } from '../../shared/domain/ids.ts';
import { S3 } from '../../shared/domain/limits.ts';
import { executionOf } from '../../shared/domain/redrive.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { ReportView } from '../../shared/report/view.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import type { AggregatorDeps } from './deps.ts';
import { CSV_TYPE, HTML_TYPE, inline, SUMMARY_TYPE, saved } from './kinds.ts';

/**
 * Copies the report of a run that succeeded to keys that never change. What is there of a later run stays, whichever ends last; a redrive's is as
 * old as the run that it redrives. Runs of some of the items alone are left out: of a limit, or of items that were handed over.
 */
export async function copyLatest(
  { objects, stores, pipeline, log }: AggregatorDeps,
  record: RunRecord,
  { status }: Pick<ReportView, 'status'>,
  csvBytes: number,
): Promise<void> {
  if (status !== 'succeeded' && status !== 'succeeded-with-failures') return;
  const { run, redrive } = record;
  const first = redrive ? await stores.runs.read(redrive.root) : record;
  if (first === null || first.limit !== null || first.items !== undefined) return;
  if (csvBytes > S3.maxCopyBytes) {
    log.warn('The report is larger than S3 copies at once: the latest one stays what it was.', { bytes: csvBytes });
    return;
  }
  const order = `${String(first.startedAt).padStart(15, '0')} ${first.run} ${String(executionOf(run)).padStart(5, '0')}`;
  const from = reportKeys(run);
  const to = reportKeys(LATEST);
  const copies = [
    { from: from.csv, to: to.csv, contentType: CSV_TYPE, disposition: saved(`${pipeline.name}.csv`) },
    { from: from.html, to: to.html, contentType: HTML_TYPE, disposition: inline(`${pipeline.name}.html`) },
    // Last: it names the run whose report this is.
    { from: from.summary, to: to.summary, contentType: SUMMARY_TYPE, disposition: inline(`${pipeline.name}.json`) },
  ];
  try {
    for (const { from, ...copy } of copies) await objects.copyNewest(from, { ...copy, run, order });
  } catch (error) {
    // The run has its own report: a convenience must not keep it from its end. The next run that succeeds copies again.
    log.error('The latest report could not be replaced by this one.', { error: kindOf(error) });
  }
}
