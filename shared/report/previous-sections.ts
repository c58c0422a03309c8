import type { Section } from '../author/section.ts';
import type { Format } from './format.ts';
import type { ReportView } from './view.ts';

/** Reasons that are compared, those that differ most: a mail has room for ten rows. */
const REASONS = 3;

type Row = readonly [what: string, now: string, before: string, change: string];

/** What has changed since the run before: a table, or nothing where there is none. */
export function previousSections(view: ReportView, format: Format): Section[] {
  const { previous } = view;
  if (!previous) return [];
  const { dateTime, duration, shown } = format;
  const compared = comparing(format);
  const rows = [
    ...counts(view, previous.counts, format),
    ...(previous.reasons === null ? [] : reasons(view.reasons, previous.reasons, format)),
    ...(previous.tookMs === null ? [] : [compared('Took', view.endedAt - view.startedAt, previous.tookMs, duration)]),
    ...(view.calls && previous.calls
      ? [compared('Median call', view.calls.medianMs, previous.calls.medianMs, (ms) => shown(ms, 'ms'))]
      : []),
    ...previous.figures.map(({ of, label, unit, now, before }) => {
      const most = format.decimals({ key: of }, unit, [now, before]);
      return compared(label, now, before, (value) => shown(value, unit, most === null ? null : { atMost: most }));
    }),
  ];
  return [
    {
      kind: 'table',
      title: 'Compared with the run before',
      note: `${previous.run}, started ${dateTime(previous.startedAt)}.${previous.isOther ? ' It had other parameters.' : ''}`,
      columns: [
        { name: 'What' },
        { name: 'Now', align: 'end' },
        { name: 'Before', align: 'end' },
        { name: 'Change', align: 'end' },
      ],
      rows,
    },
  ];
}

function counts({ counts: now }: ReportView, before: ReportView['counts'], format: Format): Row[] {
  const compared = comparing(format);
  return [
    compared('Children', now.total, before.total, format.number),
    compared('Succeeded', now.succeeded, before.succeeded, format.number),
    compared('Failed', now.failed, before.failed, format.number),
  ];
}

/** Those with the largest differences; a reason that was and is not any more is one too. */
function reasons(now: ReportView['reasons'], before: ReportView['reasons'], format: Format): Row[] {
  const [nowBy, beforeBy] = [now, before].map((list) => new Map(list.map(({ reason, count }) => [reason, count])));
  return [...new Set([...now, ...before].map(({ reason }) => reason))]
    .map((reason) => ({ reason, now: nowBy?.get(reason) ?? 0, before: beforeBy?.get(reason) ?? 0 }))
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
    .slice(0, REASONS)
    .map((each) => comparing(format)(each.reason, each.now, each.before, format.number));
}

/** A number of both, and its change as a share of the one before. */
const comparing =
  ({ percent }: Pick<Format, 'percent'>) =>
  (what: string, now: number, before: number, format: (value: number) => string): Row => {
    const change = now - before;
    const sign = change > 0 ? '+' : '−';
    const share = Math.abs(change / before);
    // A share of nothing, hardly any, or many times as much says less than the difference itself.
    const isShare = now !== 0 && before !== 0 && share >= 0.001 && share < 10;
    const size = isShare ? percent(share, 1) : format(Math.abs(change));
    return [what, format(now), format(before), change === 0 ? 'none' : `${sign}${size}`];
  };
