import type { html } from 'hono/html';
import type { Section } from '../../author/section.ts';
import type { Format } from '../format.ts';

/** Markup whose texts are escaped. */
export type Html = ReturnType<typeof html>;

/** What a medium shows at most. */
export interface Room {
  /** Rows of a table or of bars. */
  readonly rows: number;
  readonly columns: number;
  /** Whether what is drawn as a picture is shown as one. */
  readonly pictures: boolean;
}

/** How one kind of section is drawn. The caller draws title and note, alike for all kinds. */
export interface Drawer<S extends Section> {
  /** Whether there is nothing to draw: then all media say so, in the same words. */
  isEmpty(section: S): boolean;
  /** For report.html: no script, no style attribute, no request. */
  page(section: S, format: Format): Html;
  /** Whether the page may put another one beside it. */
  isNarrow?(section: S): boolean;
  /** Sentences below it, beside the section's own note: what a reader must know, and what found no room. */
  notes?(section: S, room: Room, format: Format): readonly string[];
  /** The mail's picture as SVG, for a kind that is drawn as one. Its font has Latin letters alone. */
  picture?(section: S, format: Format): string | null;
  /**
   * For the mail: tables and inline styles alone.
   * @param picture the address of the picture; undefined where there is none, or the mail has too many
   */
  mail(section: S, picture: string | undefined, format: Format): Html;
  /** Lines of plain text. */
  text(section: S, format: Format): readonly string[];
}
