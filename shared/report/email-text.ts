import { askedWords } from './asked.ts';
import { callsWords } from './calls-sections.ts';
import { line, short } from './format.ts';
import { previousSections } from './previous-sections.ts';
import { formatFor } from './report-format.ts';
import { drawerOf, notesOf } from './sections/index.ts';
import { aligned, TEXT_ROOM } from './text-lines.ts';
import { verdictWords } from './verdict.ts';
import { exampleWords, mailLinks, OUTCOMES, type ReportView, reportWords, STAGE_NOTE, safeLinks } from './view.ts';

/** The mail's plain-text part. */
export function emailText(view: ReportView, attached: boolean): string {
  const { counts, reasons } = view;
  const { sign, label } = OUTCOMES[view.status];
  const format = formatFor(view.look, view.sections);
  const { dateTime, duration, number } = format;
  const calls = callsWords(view.calls, format);
  const verdict = verdictWords(view, format);
  const blocks: string[][] = [
    [view.title, `${sign} ${label}`, ...(verdict === null ? [] : [verdict])],
    aligned([
      ['Pipeline', view.pipeline],
      ['Run', view.run],
      ['Started', dateTime(view.startedAt)],
      ['Ended', dateTime(view.endedAt)],
      ['Took', duration(view.endedAt - view.startedAt)],
      ...askedWords(view.asked, format, view.mailsParams ? 'values' : 'names'),
      ...(calls === null ? [] : [['Calls', calls] as const]),
    ]),
    aligned([
      ['Total', number(counts.total)],
      ['Succeeded', number(counts.succeeded)],
      ['Failed', number(counts.failed)],
      ...(counts.cancelled > 0 ? [['Cancelled', number(counts.cancelled)] as const] : []),
      ...(counts.expired > 0 ? [['Expired', number(counts.expired)] as const] : []),
    ]),
  ];
  if (reasons.length > 0) {
    blocks.push([
      'Why children did not succeed:',
      ...aligned(
        reasons.map(({ reason, count }) => [number(count), reason]),
        [true],
      ),
      ...reasons.flatMap(({ reason, examples = [] }) => examples.map((one) => `  ${reason}: ${exampleWords(one)}`)),
      ...(view.next ?? []).map(({ what, command }) => `${what}: ${command}`),
      ...(view.next?.length ? [STAGE_NOTE] : []),
    ]);
  }
  for (const section of [...previousSections(view, format), ...view.sections]) {
    blocks.push([
      `${section.title}:`,
      ...(drawerOf(section).isEmpty(section) ? [] : drawerOf(section).text(section, format)),
      ...notesOf(section, TEXT_ROOM, format).map((note) => `  ${note}`),
    ]);
  }
  blocks.push([reportWords(view, attached)]);
  const links = safeLinks(mailLinks(view, attached)).map(({ label, href }) => `${short(label, 60)}: ${href}`);
  return `${[...blocks, links, [...view.credits]]
    .filter((block) => block.length > 0)
    .map((block) => block.map(oneLine).join('\n'))
    .join('\n\n')}\n`;
}

/** Nothing out of data starts a line of its own; what is indented stays so. */
function oneLine(text: string): string {
  return `${/^ */.exec(text)?.[0]}${line(text)}`.trimEnd();
}
