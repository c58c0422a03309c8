import { dateTime, duration, number, percent, short } from './format.ts';
import { howManyMeasured, measurement, OUTCOMES, type ReportView, safeLinks, withoutNumber } from './view.ts';

/** The mail's plain-text part. */
export function emailText(view: ReportView, attached: boolean): string {
  const { counts, reasons } = view;
  const statistics = measurement(view);
  const { sign, label } = OUTCOMES[view.status];
  const blocks: string[][] = [
    [view.title, `${sign} ${label}`],
    table([
      ['Pipeline', view.pipeline],
      ['Run', view.run],
      ['Started', dateTime(view.startedAt)],
      ['Ended', dateTime(view.endedAt)],
      ['Took', duration(view.endedAt - view.startedAt)],
    ]),
    table([
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
      ...ranking(reasons.map(({ reason, count }) => [number(count), reason])),
    ]);
  }
  if (statistics?.count === 0) {
    blocks.push([`Distribution of ${statistics.value}:`, `  ${howManyMeasured(view)}`]);
  } else if (statistics) {
    const { value, relativeError } = statistics;
    const without = withoutNumber(view);
    blocks.push([
      `Distribution of ${value}:`,
      ...table([
        ['Measured', number(statistics.count)],
        ...(without > 0 ? [['Without a number', number(without)] as const] : []),
        ['Minimum', number(statistics.min)],
        ['Median', number(statistics.median)],
        ['95th percentile', number(statistics.p95)],
        ['Maximum', number(statistics.max)],
      ]),
      ...(relativeError > 0 ? [`(median and percentile within ${percent(relativeError, 1)})`] : []),
    ]);
    if (statistics.top.length > 0) {
      blocks.push([
        `The ${statistics.top.length} highest:`,
        ...ranking(statistics.top.map(({ label, value }) => [number(value), short(label, 60)])),
      ]);
    }
  }
  if (attached) blocks.push(['The full report is attached.']);
  const links = safeLinks(view.links).map(({ label, href }) => `${short(label, 60)}: ${href}`);
  return `${[...blocks, links, [...view.credits]]
    .filter((block) => block.length > 0)
    .map((block) => block.map((text) => text.replace(/[\r\n]+/g, ' ')).join('\n'))
    .join('\n\n')}\n`;
}

/** Two columns, names first. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

/** Two columns, right-aligned numbers first. */
function ranking(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([value]) => value.length));
  return rows.map(([value, name]) => `  ${value.padStart(width)}  ${name}`);
}
