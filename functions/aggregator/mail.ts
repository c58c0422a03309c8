import type { MailState, RunRecord } from '../../shared/ports/run-store.ts';
import { buildEmail } from '../../shared/report/email.ts';
import type { ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';
import { reportKeys } from './summary.ts';

/**
 * The run's one mail. Claimed before it is sent, so that no two are: who finds the claim taken and no result can't know
 * whether SES has it, and by the definition's setting leaves it or repeats it.
 */
export async function sendMail(
  deps: AggregatorDeps,
  { run, mail }: RunRecord,
  view: ReportView,
  gzip: Buffer | null,
): Promise<MailState> {
  const { pipeline, stores, objects, mailer, mailFrom, log } = deps;
  const { email: to, onAmbiguousSend } = pipeline.report;
  if (mailFrom === '' || to.length === 0) {
    if (mail === null) await stores.runs.recordMail(run, 'off');
    return 'off';
  }
  const mayRepeat = (mail === 'sending' || mail === 'ambiguous') && onAmbiguousSend === 'repeat';
  const leave = async () => {
    const left = mail === 'sending' || mail === null ? 'ambiguous' : mail;
    await stores.runs.recordMail(run, left);
    return left;
  };
  if (mail !== null && !mayRepeat) return leave();
  const csv = gzip ? { name: `${pipeline.name}-${run}.csv.gz`, gzip } : undefined;
  const raw = await buildEmail({ view, from: mailFrom, to, csv });
  await objects.put(reportKeys(run).email, raw, 'message/rfc822');
  // The last thing before sending: what fails up to here is tried again, and no claim says that a mail may be out.
  if (!(await stores.runs.claimMail(run)) && !mayRepeat) return leave();
  const sent = await mailer.send({ from: mailFrom, to, raw });
  if (sent.outcome !== 'sent')
    log.error('The report mail was not sent.', { run, outcome: sent.outcome, detail: sent.detail });
  await stores.runs.recordMail(run, sent.outcome);
  return sent.outcome;
}
