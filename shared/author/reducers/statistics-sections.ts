import type { Section, SectionOf } from '../section.ts';

/** What is known of one number of a run's rows. Where nothing was measured there are no values, only null. */
export interface Statistics {
  /** What is measured, such as `km`. */
  readonly value: string;
  /** Drawn behind it, such as `km`. */
  readonly unit?: string | undefined;
  /** What a child, and a group of them, is called. */
  readonly child?: string | undefined;
  readonly group?: string | undefined;
  readonly count: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Relative error of median and p95; 0 where they are exact. */
  readonly relativeError: number;
  /** Relative distance from a bucket's bound within which a value may be counted on its other side. */
  readonly bucketError?: number;
  /** Relative error of the groups' medians. */
  readonly groupError?: number;
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
  const { value, count, histogram, top, groups, bucketError = 0 } = statistics;
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
            ...unitOf(statistics),
            ...(bucketError > 0 && { within: bucketError }),
          } as const,
        ]),
    ...(top.length === 0 ? [] : [highest(statistics)]),
    ...(groups.length === 0 ? [] : [medians(statistics)]),
  ];
}

const unitOf = ({ unit }: Statistics) => (unit === undefined ? {} : { unit });

function figures(statistics: Statistics, without: number): SectionOf<'figures'> {
  const { value, count, relativeError, ...of } = statistics;
  const unit = unitOf(statistics);
  const estimate = relativeError > 0 ? { ...unit, within: relativeError } : unit;
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
            { key: 'min', label: 'Minimum', value: of.min, ...unit },
            { key: 'median', label: 'Median', value: of.median, ...estimate },
            { key: 'mean', label: 'Mean', value: of.mean, ...unit },
            { key: 'p95', label: '95th percentile', value: of.p95, ...estimate },
            { key: 'max', label: 'Maximum', value: of.max, ...unit },
          ]),
    ],
  };
}

function highest(statistics: Statistics): SectionOf<'table'> {
  const { value, top, child = 'Child' } = statistics;
  return {
    kind: 'table',
    key: `${value}/highest`,
    title: `The ${top.length === 1 ? '' : `${top.length} `}highest by ${value}`,
    ranked: true,
    columns: [{ name: child }, { name: value, kind: 'number', ...unitOf(statistics) }],
    rows: top.map((entry) => [entry.label, entry.value]),
  };
}

function medians(statistics: Statistics): SectionOf<'table'> {
  const { value, groups, group: name = 'Group', groupError = 0 } = statistics;
  return {
    kind: 'table',
    key: `${value}/groups`,
    title: `Median ${value} by ${name === 'Group' ? 'group' : name}`,
    note: `Groups of most children first.${groupError > 0 ? ` Medians are within ${100 * groupError}%.` : ''}`,
    columns: [
      { name },
      { name: `Median ${value}`, kind: 'number', bar: true, ...unitOf(statistics) },
      { name: 'Children', kind: 'number' },
    ],
    rows: groups.map(({ group, median, count }) => [group, median, count]),
  };
}
