import { html } from 'hono/html';
import type { SectionOf } from '../../author/section.ts';
import { paragraph } from '../mail-html.ts';
import type { Drawer } from './drawer.ts';

type Text = SectionOf<'text'>;

const paragraphs = ({ text: all }: Text) => all.split(/\n\s*\n/).filter((each) => each.trim() !== '');

/** Paragraphs of plain text. */
export const text: Drawer<Text> = {
  isEmpty: (section) => paragraphs(section).length === 0,
  page: (section) => html`${paragraphs(section).map((each) => html`<p class="text">${each}</p>`)}`,
  mail: (section) => html`${paragraphs(section).map(paragraph)}`,
  text: ({ text: all }) => all.split('\n').map((each) => `  ${each.trimEnd()}`),
};
