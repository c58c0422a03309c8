import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type ChartTheme, histogramSvg } from './chart.ts';
import { CHART, emailHtml } from './email-html.ts';
import { emailText } from './email-text.ts';
import { number, short } from './format.ts';
import { pngOfSvg } from './png.ts';
import { OUTCOMES, type ReportLink, type ReportView } from './view.ts';

/** A mail to build. */
export interface EmailOptions {
  readonly view: ReportView;
  /** Address or `Name <address>`. */
  readonly from: string;
  readonly to: readonly string[];
  /** The report, attached where given; keep it under SIZES.attachmentBytes. `name` such as `report.csv.gz`. */
  readonly csv?: { readonly name: string; readonly gzip: Buffer } | undefined;
  /** Shown beside the view's own links. */
  readonly links?: readonly ReportLink[] | undefined;
}

// The picture brings its own light background, so that it reads alike in light and dark mail.
const THEME: ChartTheme = { bar: '#3568c8', text: '#5b6676', line: '#e2e6ec', fontSize: 14 };

/**
 * Builds the mail of a finished run as raw MIME (RFC 5322): a plain-text part, an HTML part with the chart inside it, and the report.
 * The same options give the same headers and boundaries, so a mail sent twice is recognisable by its Message-ID.
 */
export async function buildEmail({ view, from, to, csv, links = [] }: EmailOptions): Promise<Buffer> {
  const shown: ReportView = { ...view, links: [...(view.links ?? []), ...links] };
  const hasChart = (view.statistics?.histogram.length ?? 0) > 0;
  const chart = view.statistics && hasChart ? await pngOfSvg(histogramSvg(view.statistics, CHART, THEME)) : undefined;
  const attachments = [
    ...(chart ? [{ filename: 'chart.png', content: chart, cid: CHART.cid, contentType: 'image/png' }] : []),
    ...(csv ? [{ filename: line(csv.name), content: csv.gzip, contentType: 'application/gzip' }] : []),
  ];
  const composer = new MailComposer({
    from: line(from),
    to: to.map(line),
    subject: subject(view),
    date: new Date(view.endedAt),
    messageId: messageId(view, from),
    // No vacation notice shall answer.
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: emailText(shown, csv !== undefined),
    html: emailHtml(shown, { chart: chart !== undefined, attached: csv !== undefined }),
    attachments,
    baseBoundary: createHash('sha256').update(`${view.pipeline}/${view.run}`).digest('hex').slice(0, 24),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** Such as `✔ airport-access: 135,233 done, 0 failed`. One line, whatever the view holds. */
export function subject({ status, title, counts }: Pick<ReportView, 'status' | 'title' | 'counts'>): string {
  const { sign } = OUTCOMES[status];
  const words = {
    succeeded: '',
    'succeeded-with-failures': '',
    failed: ' failed',
    cancelled: ' cancelled',
    expired: ' expired',
  };
  const rest = [
    `${number(counts.succeeded)} done`,
    `${number(counts.failed)} failed`,
    ...(counts.cancelled > 0 ? [`${number(counts.cancelled)} cancelled`] : []),
    ...(counts.expired > 0 ? [`${number(counts.expired)} expired`] : []),
  ];
  return `${sign} ${short(line(title), 100)}${words[status]}: ${rest.join(', ')}`;
}

/** Unique per run, the same each time it's built. */
function messageId({ pipeline, run }: ReportView, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const atom = (text: string) =>
    text.replace(/[^A-Za-z0-9_~-]/g, (character) => `=${character.codePointAt(0)?.toString(16)}`);
  return `<${atom(pipeline)}.${atom(run)}@${domain}>`;
}

/** Without control characters: nothing in a header may start another. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
