import type { Accumulator, Reduce } from '../../../../shared/author/reduce.ts';
import { statistics } from '../../../../shared/author/reducers/statistics.ts';
import { type Statistics, statisticsSections } from '../../../../shared/author/reducers/statistics-sections.ts';
import { checkSections, type Section, type SectionOf } from '../../../../shared/author/section.ts';
import type { SucceededRow } from '../../../../shared/domain/row.ts';
import { NO_COUNTS } from '../../../../shared/domain/run.ts';
import type { ReportView } from '../../../../shared/report/view.ts';

export interface City {
  readonly city: string;
  readonly country?: string;
}

export interface Answer {
  readonly km: number;
}

/** A succeeded row; `n` gives its id and city. */
export function row(n: number, km: number, over: Partial<SucceededRow<City, Answer>> = {}): SucceededRow<City, Answer> {
  return {
    id: `0-${Math.floor(n / 65_536)}.${Math.floor(n / 256) % 256}.${n % 256}`,
    item: { city: `City ${n}`, country: ['AU', 'FR', 'US'][n % 3] ?? '' },
    status: 'SUCCEEDED',
    reason: null,
    result: { km },
    excerpt: null,
    attempts: 1,
    ms: 3,
    at: 0,
    ...over,
  };
}

/** Of 135,000 children, each with a number. */
export const MEASURED: Statistics = {
  value: 'km',
  count: 135_000,
  min: 0.5,
  median: 28.1,
  p95: 102.2,
  max: 3_010.6,
  mean: 38.1,
  relativeError: 0.005,
  bucketError: 0.01,
  groupError: 0.005,
  histogram: [
    { from: 0, to: 50, count: 100_000 },
    { from: 50, to: 100, count: 35_000 },
  ],
  top: [{ label: 'Port-aux-Français', value: 3_010.6 }],
  groups: [
    { group: 'US', count: 90_000, median: 18.4 },
    { group: 'FR', count: 45_000, median: 17 },
  ],
};

export function view(over: Partial<ReportView> = {}): ReportView {
  return {
    pipeline: 'airport-access',
    title: 'Airport access',
    run: '2026-11-21-demo',
    status: 'succeeded-with-failures',
    startedAt: Date.UTC(2026, 10, 21, 19, 0, 0),
    endedAt: Date.UTC(2026, 10, 21, 19, 1, 2),
    counts: { total: 135_233, succeeded: 135_000, failed: 233, cancelled: 0, expired: 0 },
    reasons: [{ reason: 'http-500', count: 233 }],
    sections: statisticsSections(MEASURED, 135_000),
    credits: ['Cities: GeoNames, CC BY 4.0'],
    ...over,
  };
}

/** The sections of answers that hold no number of that name. */
export const unmeasured = (succeeded: number) =>
  statistics({ value: 'km' })
    .start()
    .sections({ counts: { ...NO_COUNTS, succeeded } });

/** What a reduce shows of rows, checked as at a run's end. */
export function sectionsOf<I, R>(reduce: Reduce<I, R>, rows: readonly SucceededRow<I, R>[]): readonly Section[] {
  const accumulator = reduce.start();
  for (const each of rows) accumulator.add(each);
  return checkSections(accumulator.sections({ counts: { ...NO_COUNTS, total: rows.length, succeeded: rows.length } }));
}

/** The one table that a reduce shows of rows. */
export function tableOf<I, R>(reduce: Reduce<I, R>, rows: readonly SucceededRow<I, R>[]): SectionOf<'table'> {
  const [table, ...others] = sectionsOf(reduce, rows);
  if (table?.kind !== 'table' || others.length > 0) throw new Error('It shows something else than a table.');
  return table;
}

/** What the sections of {@link statistics} say, read as a program would: by their keys. */
export function read(accumulator: Pick<Accumulator, 'sections'>, value = 'km') {
  const sections = checkSections(accumulator.sections({ counts: NO_COUNTS }));
  const find = (key: string) => sections.find((section) => section.key === key);
  const figures = find(value);
  const figure = (key: string) => {
    const found = figures?.kind === 'figures' ? figures.figures.find((each) => each.key === key) : undefined;
    return typeof found?.value === 'number' ? found.value : null;
  };
  const histogram = find(`${value}/histogram`);
  const rows = (key: string) => {
    const table = find(`${value}/${key}`);
    return table?.kind === 'table' ? table.rows : [];
  };
  return {
    count: figure('count') ?? 0,
    min: figure('min'),
    median: figure('median'),
    p95: figure('p95'),
    max: figure('max'),
    mean: figure('mean'),
    histogram: histogram?.kind === 'histogram' ? histogram.buckets : [],
    top: rows('highest').map(([label, highest]) => ({ label, value: highest })),
    groups: rows('groups').map(([group, median, count]) => ({ group, median: Number(median), count: Number(count) })),
  };
}
