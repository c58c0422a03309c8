import { NO_COUNTS } from '../../domain/run.ts';
import type { Accumulator } from '../reduce.ts';
import { SECTION_LIMITS, type SectionOf } from '../section.ts';

interface Group {
  readonly names: readonly string[];
  readonly count: number;
  readonly accumulator: Pick<Accumulator, 'sections'>;
}

type Figure = SectionOf<'figures'>['figures'][number];

/** Groups as a table: what names each, its children, and the figures that it was reduced to. None where there are no groups. */
export function groupTable(keys: readonly string[], groups: readonly Group[]): SectionOf<'table'>[] {
  if (groups.length === 0) return [];
  const lines = groups.map((group) => ({ ...group, figures: figuresOf(group) }));
  const all = new Map(lines.flatMap(({ figures }) => [...figures].map(([id, { figure }]) => [id, figure])));
  const shown = [...titled(lines)].slice(0, SECTION_LIMITS.columns - keys.length - 1);
  const within = Math.max(0, ...[...all.values()].map((figure) => figure.within ?? 0));
  const notes = [
    'Groups of most children first.',
    ...(within > 0 ? [`Estimates are within ${Number((100 * within).toPrecision(3))}%.`] : []),
    ...(shown.length < all.size ? [`${shown.length} of ${all.size} figures are shown.`] : []),
  ];
  return [
    {
      kind: 'table',
      key: `by ${keys.join(', ')}`,
      title: `By ${keys.join(', ')}`,
      note: notes.join(' '),
      columns: [
        ...keys.map((name) => ({ name })),
        { name: 'Children', kind: 'number', bar: true },
        ...shown.map(({ name, unit, isNumber }) => ({
          name,
          ...(isNumber && { kind: 'number' as const }),
          ...(unit !== undefined && { unit }),
        })),
      ],
      rows: lines.map(({ names, count, figures }) => [
        ...names,
        count,
        ...shown.map(({ id }) => figures.get(id)?.figure.value ?? null),
      ]),
    },
  ];
}

/** A group's figures, by what tells them apart. */
function figuresOf({ count, accumulator }: Group) {
  const counts = { ...NO_COUNTS, total: count, succeeded: count };
  const figures = new Map<string, { readonly of: string; readonly figure: Figure }>();
  for (const section of accumulator.sections({ counts })) {
    if (section.kind !== 'figures') continue;
    const of = section.key ?? section.title;
    for (const figure of section.figures) figures.set(JSON.stringify([of, figure.key ?? figure.label]), { of, figure });
  }
  return figures;
}

/** A column for each figure: named by its label, and by its section too where two have one label. */
function titled(lines: readonly { readonly figures: ReturnType<typeof figuresOf> }[]) {
  const all = new Map(lines.flatMap(({ figures }) => [...figures]));
  const labels = [...all.values()].map(({ figure }) => figure.label);
  return [...all].map(([id, { of, figure }]) => ({
    id,
    name: labels.filter((label) => label === figure.label).length > 1 ? `${of}: ${figure.label}` : figure.label,
    unit: figure.unit,
    isNumber: lines.every(({ figures }) => typeof (figures.get(id)?.figure.value ?? 0) === 'number'),
  }));
}
