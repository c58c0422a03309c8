import { recipientsOf } from '../../shared/author/recipients.ts';
import type { MailOf } from '../../shared/ports/mailer.ts';
import type { MailState, RunRecord } from '../../shared/ports/run-store.ts';
import { buildEmail } from '../../shared/report/email.ts';
import type { ReportView } from '../../shared/report/view.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import { attachmentOf } from './attachment.ts';
import type { AggregatorDeps } from './deps.ts';
import { drawing } from './drawing.ts';
import { type Addressed, linksFor } from './report-links.ts';

/** A run's mail. */
export interface Mail {
  /** What goes to whom: one for all recipients, or one for each where it carries a link of the recipient's own. */
  readonly addressed: readonly Addressed[];
  /** Made when it is sent: only one of them is in memory. */
  build(one: Addressed): Promise<Buffer>;
}

/** Whether a mail that SES may have taken already may be sent again. */
const mayRepeat = ({ pipeline }: AggregatorDeps, { mail }: RunRecord) =>
  (mail === 'sending' || mail === 'ambiguous') && pipeline.report.onAmbiguousSend === 'repeat';

/**
 * The run's mail, stored beside its report, without anyone's link; null where none is to be sent any more.
 * @param gzip report.csv, where it is small enough to be attached
 */
export async function composeMail(
  deps: AggregatorDeps,
  record: RunRecord,
  view: ReportView,
  gzip: Promise<Buffer | null>,
): Promise<Mail | null> {
  const { pipeline, objects, mailFrom: from } = deps;
  const to = recipientsOf(pipeline.report, view.status);
  if (from === '' || to.length === 0) return null;
  if (record.mail !== null && !mayRepeat(deps, record)) return null;
  const attached = await gzip;
  const csv = attached
    ? attachmentOf(`${pipeline.name}-${record.run}`, attached, pipeline.report.byteOrderMark !== 'never')
    : undefined;
  const build = (one: Addressed) => drawing(() => buildEmail({ view, from, csv, ...one }));
  const raw = await build({ to });
  await objects.put(reportKeys(record.run).email, raw, 'message/rfc822');
  const addressed = await linksFor(deps, view, to);
  return addressed === null ? { addressed: [{ to }], build: async () => raw } : { addressed, build };
}

/** Records that there is none. */
export async function leaveMail({ stores }: AggregatorDeps, { run, mail }: RunRecord): Promise<MailState> {
  if (mail === null) await stores.runs.recordMail(run, 'off');
  return 'off';
}

/**
 * Sends the run's one mail. The finisher claims it before sending, so that no other sends it too. A finisher that finds a claim without
 * a result can't know whether SES took the mail: by `report.onAmbiguousSend` it leaves the mail or sends it again.
 */
export async function sendMail(
  deps: AggregatorDeps,
  record: RunRecord,
  { status }: Pick<ReportView, 'status'>,
  composed: Mail | null,
): Promise<MailState> {
  const { pipeline, stores, mailFrom: from, metrics } = deps;
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
  if (composed === null || (!(await stores.runs.claimMail(run)) && !mayRepeat(deps, record)))
    return recordAs(mail === 'sending' || mail === null ? 'ambiguous' : mail);
  return recordAs(await sendEach(deps, composed, { pipeline: pipeline.name, run }));
}

/** From the best to what people must hear of: of several mails the worst counts. */
const STATES = ['sent', 'refused', 'ambiguous'] as const;

async function sendEach({ mailer, mailFrom: from, log }: AggregatorDeps, mail: Mail, of: MailOf): Promise<MailState> {
  let worst = 0;
  for (const one of mail.addressed) {
    const sent = await mailer.send({ from, to: one.to, raw: await mail.build(one), of });
    if (sent.outcome !== 'sent')
      log.error('The report mail was not sent.', { outcome: sent.outcome, detail: sent.detail });
    worst = Math.max(worst, STATES.indexOf(sent.outcome));
  }
  return STATES[worst] ?? 'ambiguous';
}
