import { html } from 'hono/html';
import type { Html } from '../../shared/report/sections/drawer.ts';

/** What is asked before something is done. */
export interface Confirmation {
  readonly title: string;
  /** What it is done to. */
  readonly of: string | Html;
  /** Sentences: what will happen, and whether it can be taken back. */
  readonly says: readonly string[];
  /** Fields of its form. */
  readonly asks?: Html | undefined;
  readonly button: string;
  /** Where a reader goes who leaves it as it is. */
  readonly back: string;
}

/** A page that says what will happen, whose form does it: it is sent to the page's own path. */
export function confirmBody({ title, of, says, asks, button, back }: Confirmation): Html {
  return html`<header><h1>${title}</h1></header>
<section><p>${of}</p>
<ul>${says.map((line) => html`<li>${line}</li>`)}</ul>
<form method="post">${asks ?? ''}<button class="bad">${button}</button> <a class="button" href="${back}">Leave it as it is</a></form>
</section>`;
}
