import { html } from 'hono/html';
import { milliseconds, rate } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import type { PacePoint } from './pace.ts';

const WIDTH = 600;
const HEIGHT = 80;

/** A run's throughput and latency as lines, each with its figures as words for readers who don't see it. */
export function courses(course: readonly PacePoint[]): Html {
  const throughput = course.map(({ at, perSecond }) => ({ at, value: perSecond }));
  const latency = course.flatMap(({ at, meanMs }) => (meanMs === null ? [] : [{ at, value: meanMs }]));
  return html`<div class="pair">${line('Children a second', throughput, rate)}${line('A call takes', latency, milliseconds)}</div>`;
}

function line(
  name: string,
  points: readonly { readonly at: number; readonly value: number }[],
  words: (value: number) => string,
): Html | string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.at <= first.at) return '';
  const most = Math.max(...points.map(({ value }) => value), 0.001);
  const drawn = points
    .map(({ at, value }) => {
      const x = (WIDTH * (at - first.at)) / (last.at - first.at);
      return `${x.toFixed(1)},${(HEIGHT - 2 - (HEIGHT - 4) * (value / most)).toFixed(1)}`;
    })
    .join(' ');
  return html`<figure><figcaption class="note">${name}, at most ${words(most)}</figcaption>
<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name}: at most ${words(most)}, now ${words(last.value)}"><polyline points="${drawn}"/></svg></figure>`;
}
