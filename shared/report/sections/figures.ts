import type { SectionOf } from '../../author/section.ts';
import type { Format } from '../format.ts';
import { figures as mailFigures } from '../mail-html.ts';
import { tiles } from '../page-html.ts';
import { aligned } from '../text-lines.ts';
import type { Drawer, Room } from './drawer.ts';
import { figuresWritten } from './written.ts';

type Figures = SectionOf<'figures'>;

function triples(section: Figures, format: Format) {
  const written = figuresWritten(section, format);
  return section.figures.map(({ label, note }, i) => [label, written[i] ?? '', note ?? ''] as const);
}

/** Says of estimates how good they are: one sentence for all of the same error. */
function estimates({ figures: list }: Figures, _: Room, { percent }: Format): string[] {
  const labels = new Map<number, string[]>();
  for (const { label, within = 0, value } of list) {
    if (within > 0 && value !== null) labels.set(within, [...(labels.get(within) ?? []), label]);
  }
  return [...labels].map(
    ([within, names]) =>
      `${joined(names)} ${names.length === 1 ? 'is' : 'are'} within ${percent(within, 1)} of the exact value.`,
  );
}

const joined = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Numbers, each with its name. */
export const figures: Drawer<Figures> = {
  isEmpty: ({ figures: list }) => list.length === 0,
  page: (section, format) => tiles(triples(section, format)),
  notes: estimates,
  mail: (section, _, format) => mailFigures(triples(section, format)),
  text: (section, format) =>
    aligned(triples(section, format).map(([label, value, note]) => [label, value, note && `(${note})`])),
};
