import { html } from 'hono/html';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { rateWords } from './figures.ts';
import type { Pace } from './pace.ts';

const WIDTH = 600;
const HEIGHT = 80;

/** A run's throughput as a line, with its most as words for who doesn't see it. */
export function spark(course: Pace['course']): Html | string {
  const [first, last] = [course[0], course.at(-1)];
  if (!first || !last || last.at <= first.at) return '';
  const most = Math.max(...course.map(({ perSecond }) => perSecond), 0.001);
  const points = course
    .map(({ at, perSecond }) => {
      const x = (WIDTH * (at - first.at)) / (last.at - first.at);
      return `${x.toFixed(1)},${(HEIGHT - 2 - (HEIGHT - 4) * (perSecond / most)).toFixed(1)}`;
    })
    .join(' ');
  return html`<figure><figcaption class="note">Throughput since this page was opened, at most ${rateWords(most)}</figcaption>
<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Throughput: at most ${rateWords(most)}, now ${rateWords(last.perSecond)}"><polyline points="${points}"/></svg></figure>`;
}
