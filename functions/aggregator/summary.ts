import { REDUCE_FAILED } from '../../shared/domain/run.ts';
import type { ToldRecord } from '../../shared/ports/notice-store.ts';
import type { MailState } from '../../shared/ports/run-store.ts';
import type { ReportView } from '../../shared/report/view.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import type { WrittenOutputs } from './write-outputs.ts';

/** summary.json: what a program wants to know of a run. */
export function summaryOf(
  view: ReportView,
  mail: MailState,
  reportBytes: number,
  outputs: WrittenOutputs = {},
  told: Readonly<Record<string, ToldRecord>> = {},
) {
  const { csv, html, email } = reportKeys(view.run);
  return {
    version: 1,
    pipeline: view.pipeline,
    runId: view.run,
    status: view.status,
    closed: view.closed ?? null,
    startedAt: new Date(view.startedAt).toISOString(),
    endedAt: new Date(view.endedAt).toISOString(),
    seconds: Math.round(view.endedAt - view.startedAt) / 1_000,
    asked: view.asked ?? null,
    counts: view.counts,
    reasons: view.reasons,
    calls: view.calls ?? null,
    previous: view.previous?.run ?? null,
    sections: view.failure?.reason === REDUCE_FAILED ? [] : view.sections,
    failure: view.failure ?? null,
    // Command lines of before there were sections want the field, and take null for a run that measures nothing.
    statistics: null,
    mail,
    // What became of the channels; of the mail, where it was left.
    told,
    reportBytes,
    outputs,
    objects: { csv, html, ...(mail !== 'off' && { email }) },
    credits: view.credits,
  };
}
