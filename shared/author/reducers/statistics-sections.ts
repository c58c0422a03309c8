import type { Section, SectionOf } from '../section.ts';

/** What is known of one number of a run's rows. Where nothing was measured there are no values, only null. */
export interface Statistics {
  /** What is measured, such as `km`. */
  readonly value: string;
  readonly count: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Relative error of median, p95 and the groups' medians. */
  readonly relativeError: number;
  readonly histogram: SectionOf<'histogram'>['buckets'];
  /** Highest first. */
  readonly top: readonly { readonly label: string; readonly value: number }[];
  /** Medians by group, most members first. */
  readonly groups: readonly { readonly group: string; readonly count: number; readonly median: number }[];
}

/**
 * The sections that show a number's statistics: its figures, and where there are any, histogram, highest and medians by group.
 * @param succeeded children that succeeded; a report doesn't pass over those that gave no number
 */
export function statisticsSections(statistics: Statistics, succeeded: number): Section[] {
  const { value, count, histogram, top, groups, relativeError } = statistics;
  const without = Math.max(0, succeeded - count);
  if (count === 0 && without === 0) return [];
  return [
    figures(statistics, without),
    ...(histogram.length === 0
      ? []
      : [
          {
            kind: 'histogram',
            key: `${value}/histogram`,
            title: `Children by ${value}`,
            buckets: histogram,
            // A bin of the sketch is as wide as twice its error, and stands on one side of a bound as a whole.
            within: 2 * relativeError,
          } as const,
        ]),
    ...(top.length === 0 ? [] : [highest(statistics)]),
    ...(groups.length === 0 ? [] : [medians(statistics)]),
  ];
}

function figures({ value, count, relativeError, ...of }: Statistics, without: number): SectionOf<'figures'> {
  const estimate = { within: relativeError };
  return {
    kind: 'figures',
    key: value,
    title: `Distribution of ${value}`,
    figures: [
      {
        key: 'count',
        label: 'Measured',
        value: count,
        ...(without > 0 && { note: `${without.toLocaleString('en')} succeeded without a number` }),
      },
      ...(count === 0
        ? []
        : [
            { key: 'min', label: 'Minimum', value: of.min },
            { key: 'median', label: 'Median', value: of.median, ...estimate },
            { key: 'mean', label: 'Mean', value: of.mean },
            { key: 'p95', label: '95th percentile', value: of.p95, ...estimate },
            { key: 'max', label: 'Maximum', value: of.max },
          ]),
    ],
  };
}

function highest({ value, top }: Statistics): SectionOf<'table'> {
  return {
    kind: 'table',
    key: `${value}/highest`,
    title: `The ${top.length === 1 ? '' : `${top.length} `}highest by ${value}`,
    ranked: true,
    columns: [{ name: 'Child' }, { name: value, kind: 'number' }],
    rows: top.map((entry) => [entry.label, entry.value]),
  };
}

function medians({ value, groups }: Statistics): SectionOf<'table'> {
  return {
    kind: 'table',
    key: `${value}/groups`,
    title: `Median ${value} by group`,
    note: 'Groups of most children first.',
    columns: [
      { name: 'Group' },
      { name: `Median ${value}`, kind: 'number', bar: true },
      { name: 'Children', kind: 'number' },
    ],
    rows: groups.map(({ group, median, count }) => [group, median, count]),
  };
}
