import { recipientsOf } from '../../shared/author/recipients.ts';
import type { MailState, RunRecord } from '../../shared/ports/run-store.ts';
import { buildEmail } from '../../shared/report/email.ts';
import type { ReportView } from '../../shared/report/view.ts';
import { attachmentOf } from './attachment.ts';
import type { AggregatorDeps } from './deps.ts';
import { drawing } from './drawing.ts';
import { reportKeys } from './summary.ts';

/** Whether a mail that SES may have taken already may be sent again. */
const mayRepeat = ({ pipeline }: AggregatorDeps, { mail }: RunRecord) =>
  (mail === 'sending' || mail === 'ambiguous') && pipeline.report.onAmbiguousSend === 'repeat';

/**
 * The run's mail, stored beside its report; null where none is to be sent any more.
 * @param gzip report.csv, where it is small enough to be attached
 */
export async function composeMail(
  deps: AggregatorDeps,
  record: RunRecord,
  view: ReportView,
  gzip: Promise<Buffer | null>,
): Promise<Buffer | null> {
  const { pipeline, objects, mailFrom: from } = deps;
  const to = recipientsOf(pipeline.report, view.status);
  if (from === '' || to.length === 0) return null;
  if (record.mail !== null && !mayRepeat(deps, record)) return null;
  const attached = await gzip;
  const csv = attached ? attachmentOf(`${pipeline.name}-${record.run}`, attached) : undefined;
  const raw = await drawing(() => buildEmail({ view, from, to, csv }));
  await objects.put(reportKeys(record.run).email, raw, 'message/rfc822');
  return raw;
}

/**
 * Sends the run's one mail. The finisher claims it before sending, so that no other sends it too. A finisher that finds a claim without
 * a result can't know whether SES took the mail: by `report.onAmbiguousSend` it leaves the mail or sends it again.
 */
export async function sendMail(
  deps: AggregatorDeps,
  record: RunRecord,
  { status }: Pick<ReportView, 'status'>,
  raw: Buffer | null,
): Promise<MailState> {
  const { pipeline, stores, mailer, mailFrom: from, log, metrics } = deps;
  const { run, mail } = record;
  const to = recipientsOf(pipeline.report, status);
  const recordAs = async (state: MailState) => {
    await stores.runs.recordMail(run, state);
    // A finisher that follows another finds the state recorded, and must not count it again.
    if ((state === 'refused' || state === 'ambiguous') && state !== mail) metrics.count('MailNotSent', 1);
    return state;
  };
  if (from === '' || to.length === 0) return mail === null ? recordAs('off') : 'off';
  // Claimed last: a failure before this line is tried again, and leaves no claim that says a mail may be out.
  if (raw === null || (!(await stores.runs.claimMail(run)) && !mayRepeat(deps, record)))
    return recordAs(mail === 'sending' || mail === null ? 'ambiguous' : mail);
  const sent = await mailer.send({ from, to, raw });
  if (sent.outcome !== 'sent')
    log.error('The report mail was not sent.', { outcome: sent.outcome, detail: sent.detail });
  return recordAs(sent.outcome);
}
