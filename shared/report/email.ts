import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Section } from '../author/section.ts';
import { emailHtml } from './email-html.ts';
import { emailText } from './email-text.ts';
import { type Format, formatOf, line, short } from './format.ts';
import { pngOfSvg } from './png.ts';
import { drawerOf } from './sections/index.ts';
import { OUTCOMES, type ReportLink, type ReportLook, type ReportView } from './view.ts';

/** A file that a mail carries. */
export interface MailFile {
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** A mail to build. */
export interface EmailOptions {
  readonly view: ReportView;
  /** Address or `Name <address>`. */
  readonly from: string;
  readonly to: readonly string[];
  /** Tells this mail from others about the run, in its Message-ID; absent where there is one for all. */
  readonly mark?: string | undefined;
  /** The report, attached where given; keep it under SIZES.attachmentBytes. */
  readonly csv?: MailFile | undefined;
  /** Shown beside the view's own links. */
  readonly links?: readonly ReportLink[] | undefined;
}

/** Pictures that a mail carries; what more would be one is told in words. */
const MAX_PICTURES = 6;

/**
 * Builds the mail of a finished run as raw MIME (RFC 5322): a plain-text part, an HTML part with the chart inside it, and the report.
 * The same options give the same headers and boundaries, so a mail sent twice is recognisable by its Message-ID.
 */
export async function buildEmail({ view, from, to, mark, csv, links = [] }: EmailOptions): Promise<Buffer> {
  const shown: ReportView = { ...view, links: [...(view.links ?? []), ...links] };
  const pictures = await picturesOf(view.sections, pictureFormat(view.look));
  const logo = logoOf(view.look);
  const attachments = [
    ...(logo ? [logo] : []),
    ...pictures.map(({ cid, png }) => ({
      filename: `${cid.replace(/@.*/, '')}.png`,
      content: png,
      cid,
      contentType: 'image/png',
    })),
    ...(csv ? [{ filename: line(csv.name), content: csv.content, contentType: csv.contentType }] : []),
  ];
  const composer = new MailComposer({
    from: line(from),
    // Several recipients don't see each other: only the envelope names them.
    to: to.length === 1 ? to.map(line) : line(from),
    subject: subject(view),
    date: new Date(view.endedAt),
    messageId: messageId(view, from, mark),
    // No vacation notice shall answer.
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: emailText(shown, csv !== undefined),
    html: emailHtml(shown, {
      pictures: new Map(pictures.map(({ section, cid }) => [section, `cid:${cid}`])),
      attached: csv !== undefined,
      logo: logo && `cid:${logo.cid}`,
    }),
    attachments,
    baseBoundary: createHash('sha256').update(`${view.pipeline}/${view.run}`).digest('hex').slice(0, 24),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** A picture's font has Latin letters and digits alone: numbers of another script are written as in English. */
function pictureFormat(look: ReportLook = {}): Format {
  const isLatin = look.locale === undefined || new Intl.Locale(look.locale).maximize().script === 'Latn';
  return formatOf(isLatin ? look : { timeZone: look.timeZone, colour: look.colour });
}

/** The logo is a part of the mail: no mail asks anybody for anything. */
function logoOf({ logo = '' }: ReportLook = {}) {
  const [, type, base64] = /^data:image\/(png|jpeg);base64,(.+)$/.exec(logo) ?? [];
  if (type === undefined || base64 === undefined) return undefined;
  const content = Buffer.from(base64, 'base64');
  return { filename: `logo.${type}`, content, cid: 'logo@report', contentType: `image/${type}` };
}

interface Picture {
  readonly section: Section;
  /** Its Content-ID. */
  readonly cid: string;
  readonly png: Buffer;
}

async function picturesOf(sections: readonly Section[], format: Format): Promise<Picture[]> {
  const drawn: Picture[] = [];
  for (const section of sections) {
    const drawer = drawerOf(section);
    if (drawn.length === MAX_PICTURES || drawer.isEmpty(section)) continue;
    const svg = drawer.picture?.(section, format) ?? null;
    if (svg !== null) drawn.push({ section, cid: `chart-${drawn.length + 1}@report`, png: await pngOfSvg(svg) });
  }
  return drawn;
}

/** Such as `✔ airport-access: 135,233 done, 0 failed`. One line, whatever the view holds. */
export function subject({
  status,
  title,
  counts,
  look,
}: Pick<ReportView, 'status' | 'title' | 'counts' | 'look'>): string {
  const { number } = formatOf(look);
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
  return `${sign} ${short(title, 100)}${words[status]}: ${rest.join(', ')}`;
}

/** Unique per run and mark, the same each time it's built. */
function messageId({ pipeline, run }: ReportView, from: string, mark?: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const atom = (text: string) =>
    text.replace(/[^A-Za-z0-9_~-]/g, (character) => `=${character.codePointAt(0)?.toString(16)}`);
  return `<${[pipeline, run, ...(mark === undefined ? [] : [mark])].map(atom).join('.')}@${domain}>`;
}
