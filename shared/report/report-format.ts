import type { Section } from '../author/section.ts';
import { decimalsFor } from './decimals.ts';
import { type Format, type FormatOptions, formatOf } from './format.ts';

/**
 * The format of a report with these sections. A value that stands in several of them, as a maximum does among the figures and in the list of
 * the highest, is rounded alike in all: sections whose keys begin alike, as `km` and `km/highest` do, share the decimals of their units.
 */
export function formatFor(options: FormatOptions | undefined, sections: readonly Section[]): Format {
  const values = new Map<string, number[]>();
  for (const section of sections) {
    for (const [unit, numbers] of numbersIn(section)) {
      const id = idOf(section, unit);
      if (id !== undefined) values.set(id, [...(values.get(id) ?? []), ...numbers]);
    }
  }
  const shared = new Map([...values].map(([id, numbers]) => [id, decimalsFor(numbers)]));
  return {
    ...formatOf(options),
    decimals: (of, unit, own) => shared.get(idOf(of, unit) ?? '') ?? decimalsFor(own),
  };
}

function idOf({ key }: { readonly key?: string | undefined }, unit: string | undefined): string | undefined {
  return key === undefined ? undefined : JSON.stringify([key.split('/', 1)[0], unit]);
}

type Numbers = readonly (readonly [unit: string | undefined, numbers: readonly number[]])[];

/** Numbers that are written as values, by their units. A histogram's bounds and the points of a line are made to be drawn. */
function numbersIn(section: Section): Numbers {
  switch (section.kind) {
    case 'figures':
      return section.figures.map(({ value, unit }) => [unit, numeric([value])]);
    case 'bars':
      return [[section.unit, section.bars.map(({ value }) => value)]];
    case 'table':
      return section.columns.flatMap(({ kind, unit }, at) =>
        kind === 'time' ? [] : [[unit, numeric(section.rows.map((row) => row[at]))] as const],
      );
    default:
      return [];
  }
}

const numeric = (values: readonly unknown[]) => values.filter((value) => typeof value === 'number');
