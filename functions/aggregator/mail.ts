import type { MailState, RunRecord } from '../../shared/ports/run-store.ts';
import { buildEmail } from '../../shared/report/email.ts';
import type { ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';
import { drawing } from './drawing.ts';
import { reportKeys } from './summary.ts';

/** Whether a mail that may be out already may be sent once more. */
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
  const { email: to } = pipeline.report;
  if (from === '' || to.length === 0) return null;
  if (record.mail !== null && !mayRepeat(deps, record)) return null;
  const attached = await gzip;
  const csv = attached ? { name: `${pipeline.name}-${record.run}.csv.gz`, gzip: attached } : undefined;
  const raw = await drawing(() => buildEmail({ view, from, to, csv }));
  await objects.put(reportKeys(record.run).email, raw, 'message/rfc822');
  return raw;
}

/**
 * Sends the run's one mail. Claimed before it is sent, so that no two are: who finds the claim taken and no result can't know
 * whether SES has it, and by the definition's setting leaves it or repeats it.
 */
export async function sendMail(deps: AggregatorDeps, record: RunRecord, raw: Buffer | null): Promise<MailState> {
  const { pipeline, stores, mailer, mailFrom: from, log, metrics } = deps;
  const { run, mail } = record;
  const { email: to } = pipeline.report;
  const recordAs = async (state: MailState) => {
    await stores.runs.recordMail(run, state);
    // A finisher that follows another finds the same state, and counts it no second time.
    if ((state === 'refused' || state === 'ambiguous') && state !== mail) metrics.count('MailNotSent', 1);
    return state;
  };
  if (from === '' || to.length === 0) return mail === null ? recordAs('off') : 'off';
  // The last thing before sending: what fails up to here is tried again, and no claim says that a mail may be out.
  if (raw === null || (!(await stores.runs.claimMail(run)) && !mayRepeat(deps, record)))
    return recordAs(mail === 'sending' || mail === null ? 'ambiguous' : mail);
  const sent = await mailer.send({ from, to, raw });
  if (sent.outcome !== 'sent')
    log.error('The report mail was not sent.', { outcome: sent.outcome, detail: sent.detail });
  return recordAs(sent.outcome);
}
