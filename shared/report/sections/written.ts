import type { SectionOf } from '../../author/section.ts';
import { decimalsFor, decimalsWithin } from '../decimals.ts';
import type { Decimals, Format } from '../format.ts';

type Writes = Pick<Format, 'decimals' | 'shown'>;

/** The values of figures as they are written. Those of one unit have as many decimals at most, so that two which differ don't look the same. */
export function figuresWritten(section: SectionOf<'figures'>, { decimals, shown }: Writes): string[] {
  const { figures } = section;
  const atMost = (unit: string | undefined) =>
    decimals(
      section,
      unit,
      figures.flatMap(({ value, unit: of }) => (of === unit && typeof value === 'number' ? [value] : [])),
    );
  return figures.map(({ value, unit }) => {
    const most = atMost(unit);
    return shown(value, unit, most === null ? null : { atMost: most });
  });
}

/** Writes the values of bars, which stand in a column. */
export function barsWritten(section: SectionOf<'bars'>, format: Writes): (value: number) => string {
  const { bars, unit } = section;
  const decimals = inColumn(
    section,
    unit,
    bars.map(({ value }) => value),
    format,
  );
  return (value) => format.shown(value, unit, decimals);
}

/** Decimals of each of a table's columns: those that its numbers line up by. */
export function columnsWritten(section: SectionOf<'table'>, format: Writes): Decimals[] {
  return section.columns.map(({ kind, unit }, at) => {
    const cells = section.rows.map((row) => row[at]).filter((cell) => typeof cell === 'number');
    return kind === 'time' ? null : inColumn(section, unit, cells, format);
  });
}

/** All bounds of a histogram's buckets, rising. */
export const boundsOf = (buckets: SectionOf<'histogram'>['buckets']): number[] => [
  ...buckets.map(({ from }) => from),
  ...buckets.slice(-1).map(({ to }) => to),
];

/** Writes bounds: two that differ don't look the same. */
export function boundsWritten(bounds: readonly number[], { shown }: Writes): (bound: number, unit?: string) => string {
  const most = decimalsFor(bounds);
  return (bound, unit) => shown(bound, unit, most === null ? null : { atMost: most });
}

function inColumn(
  section: { readonly key?: string | undefined },
  unit: string | undefined,
  values: readonly number[],
  { decimals }: Writes,
): Decimals {
  const most = decimals(section, unit, values);
  return most === null ? null : { exactly: decimalsWithin(values, most) };
}
