import { html } from 'hono/html';
import { isObject, placeOf } from '../author/sources/place.ts';
import type { Html } from './sections/drawer.ts';

const CONSOLE = 'https://console.aws.amazon.com/s3/object/';

/** A text; where it is an object's place on S3, as an answer says it of a file, it leads to AWS's console, which asks who wants to see it. */
export function placeHtml(text: string): Html | string {
  const place = isObject(text) ? placeOf(text) : null;
  if (place === null) return text;
  const href = `${CONSOLE}${place.bucket}?prefix=${encodeURIComponent(place.key)}`;
  return html`<a href="${href}" rel="noreferrer">${text}</a>`;
}
