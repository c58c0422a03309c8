import { recipientMark, signReportToken } from '../../shared/flow/report-token.ts';
import type { EmailOptions } from '../../shared/report/email.ts';
import type { ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/** A mail's recipients, and what it holds for them alone. */
export type Addressed = Pick<EmailOptions, 'to' | 'mark' | 'links'>;

const DAY_MS = 86_400_000;

/** A mail for each recipient, with a link that was signed for it alone; null where the definition asks for no links. */
export async function linksFor(
  { pipeline, reportLinks }: Pick<AggregatorDeps, 'pipeline' | 'reportLinks'>,
  { run, endedAt }: Pick<ReportView, 'run' | 'endedAt'>,
  recipients: readonly string[],
): Promise<readonly Addressed[] | null> {
  const { linkDays } = pipeline.report;
  if (linkDays === undefined) return null;
  const keys = await reportLinks.keys();
  const expires = endedAt + linkDays * DAY_MS;
  const until = new Date(expires).toISOString().slice(0, 10);
  return recipients.map((address) => {
    const recipient = recipientMark(keys, pipeline.name, address);
    const token = signReportToken(keys, pipeline.name, { run, recipient, expires });
    const href = `${reportLinks.url}/report/${token}`;
    const links = [
      { label: `The report, for you, until ${until}`, href },
      { label: 'Its rows as CSV', href: `${href}/csv` },
    ];
    return { to: [address], mark: recipient, links };
  });
}
