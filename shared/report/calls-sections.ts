import type { Section } from '../author/section.ts';
import type { Format } from './format.ts';
import type { CallsView } from './view.ts';

/** Buckets that make a line worth drawing. */
const FEWEST = 4;

/** What a page shows of a run's calls: figures, and over time how many children ended and how long their calls took. */
export function callsSections(calls: CallsView | null | undefined, { duration, number, percent }: Format): Section[] {
  if (!calls) return [];
  const { from, widthMs, ended, meanMs, medianMs, p95Ms, repeated, pressed } = calls;
  const at = ended.map((_, i) => from + i * widthMs);
  const over = (title: string, unit: string, values: readonly (number | null)[], note: string): Section => ({
    kind: 'series',
    title,
    unit,
    note,
    x: { kind: 'time', at },
    lines: [{ label: title, values }],
  });
  const each = `A point stands for ${duration(widthMs)}.`;
  return [
    {
      kind: 'figures',
      title: 'How the calls went',
      note: `Of the last call of each child that was called; times are within ${percent(0.05, 1)}.`,
      figures: [
        { label: 'Median call', value: medianMs, unit: 'ms' },
        { label: '95th percentile', value: p95Ms, unit: 'ms' },
        ...(repeated === null
          ? []
          : [
              {
                label: 'Children called again',
                value: repeated.children,
                ...(repeated.calls > 0 && { note: `${number(repeated.calls)} calls more` }),
              },
            ]),
        ...(pressed > 0
          ? [{ label: 'Refused as too busy', value: pressed, note: 'calls at least; no try spent' }]
          : []),
      ],
    },
    ...(ended.length < FEWEST
      ? []
      : [
          over(
            'Children per second',
            '/s',
            ended.map((count) => (count * 1_000) / widthMs),
            each,
          ),
          over('Mean call in milliseconds', 'ms', meanMs, `Of the children that ended then. ${each}`),
        ]),
  ];
}

/** The same in a few words, for a mail; null where nothing is known. */
export function callsWords(calls: CallsView | null | undefined, { number, percent }: Format): string | null {
  if (!calls) return null;
  const { medianMs, p95Ms, repeated, pressed } = calls;
  return [
    `median ${number(medianMs)} ms, ${percent(0.95, 1)} within ${number(p95Ms)} ms`,
    ...(repeated && repeated.children > 0 ? [`${number(repeated.children)} children called again`] : []),
    ...(pressed > 0 ? [`at least ${number(pressed)} refused as too busy`] : []),
  ].join('; ');
}
