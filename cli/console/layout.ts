import { html } from 'hono/html';
import type { Html } from '../../shared/report/sections/drawer.ts';

/**
 * What a page of the console may load and reach: itself, and nothing else. No script of a page's own runs, so markup that slipped into
 * one out of an item or an answer could do nothing.
 */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What says that a page isn't kept up to date any more. */
export const LOST_ID = 'lost';

/** A page: its title, the way to it, and what it shows. */
export interface Page {
  readonly title: string;
  /** Where it stands below the list of runs: each with its address. */
  readonly path?: readonly (readonly [label: string, href: string])[];
  readonly place: string;
  readonly body: Html;
}

/** The whole page around what it shows. All text is escaped. */
export function layout({ title, path = [], place, body }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"history":false}'>
<title>${title} – microprocess</title>
<link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/console.css">
<script src="/assets/htmx.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<nav aria-label="You are here"><a href="/">Runs</a>${path.map(([label, href]) => html` <span aria-hidden="true">›</span> <a href="${href}">${label}</a>`)}<span class="place">${place}</span></nav>
<div role="status"><p id="${LOST_ID}" class="lost" hidden>Not connected: what is shown may be old. Does the console still run in its terminal?</p></div>
<main id="main">
${body}
</main>
</body>
</html>
`;
}

/** A part of a page that changes as it goes: the server sends it anew, and what stayed the same keeps its focus. */
export function live(href: string, content: Html): Html {
  return html`<div hx-sse:connect="${href}" hx-swap="innerMorph">${content}</div>`;
}
