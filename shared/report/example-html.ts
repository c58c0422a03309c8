import { html } from 'hono/html';
import { short } from './format.ts';
import type { Html } from './sections/drawer.ts';
import type { ReasonExample } from './view.ts';

/** As {@link exampleWords}; what comes from the data keeps its own direction, and leaves that of the line alone. */
export const exampleHtml = ({ id, label, excerpt }: ReasonExample): Html =>
  html`${id}${label === null ? '' : html` <bdi>${short(label, 60)}</bdi>`}${excerpt === null ? '' : html`: <bdi>${short(excerpt, 160)}</bdi>`}`;
