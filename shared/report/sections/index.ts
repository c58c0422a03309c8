import type { Section, SectionKind, SectionOf } from '../../author/section.ts';
import type { Format } from '../format.ts';
import { bars } from './bars.ts';
import type { Drawer, Room } from './drawer.ts';
import { figures } from './figures.ts';
import { histogram } from './histogram.ts';
import { series } from './series.ts';
import { table } from './table.ts';
import { text } from './text.ts';

const DRAWERS: { readonly [K in SectionKind]: Drawer<SectionOf<K>> } = {
  figures,
  histogram,
  bars,
  table,
  series,
  text,
};

/** The drawer of a section's kind. */
export function drawerOf({ kind }: Section): Drawer<Section> {
  // Methods are compared both ways, so this compiles; it holds as each drawer stands under its own kind.
  return DRAWERS[kind];
}

/** What a reader must know of a section: its own note, and what its drawer says of so much room. */
export function notesOf(section: Section, room: Room, format: Format): string[] {
  const drawer = drawerOf(section);
  const said = drawer.isEmpty(section) ? ['Nothing to show.'] : (drawer.notes?.(section, room, format) ?? []);
  return [...(section.note === undefined ? [] : [section.note]), ...said];
}
