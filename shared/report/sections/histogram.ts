import type { SectionOf } from '../../author/section.ts';
import { histogramSvg, pictureTheme } from '../chart.ts';
import type { Format } from '../format.ts';
import { MAIL_WIDTH, picture, rows } from '../mail-html.ts';
import { chart } from '../page-html.ts';
import { aligned } from '../text-lines.ts';
import type { Drawer, Room } from './drawer.ts';
import { boundsOf, boundsWritten } from './written.ts';

type Histogram = SectionOf<'histogram'>;

/** What a reader must be told of the bars, in sentences. */
function barNotes({ buckets, within = 0 }: Histogram, { pictures }: Room, { percent }: Format): string[] {
  const notes = !pictures || equallyWide(buckets) ? [] : ['The scale grows: each bar spans more than the one before.'];
  if (within > 0 && buckets.length > 1) {
    notes.push(
      `The bars are approximate: a value within ${percent(within, 1)} of a bar's border may be counted in the next bar.`,
    );
  }
  return notes;
}

/** False where the bounds grow. */
function equallyWide(buckets: Histogram['buckets']): boolean {
  const widths = buckets.map(({ from, to }) => to - from);
  return Math.max(...widths) <= Math.min(...widths) * 1.001;
}

function inWords(section: Histogram, format: Format) {
  const say = boundsWritten(boundsOf(section.buckets), format);
  return section.buckets.map(
    ({ from, to, count }) => [`${say(from)} – ${say(to, section.unit)}`, format.number(count)] as const,
  );
}

/** How many values lie in each of some ranges. */
export const histogram: Drawer<Histogram> = {
  isEmpty: ({ buckets }) => buckets.length === 0,
  page: (section, format) => chart((size) => histogramSvg(section, size, format)),
  notes: barNotes,
  picture: (section, format) => histogramSvg(section, { width: MAIL_WIDTH, height: 220 }, format, pictureTheme(format)),
  mail: (section, address, format) =>
    address === undefined
      ? rows(inWords(section, format).map(([range, count]) => [{ text: range }, { text: count, atEnd: true }]))
      : picture(address, section.title),
  text: (section, format) => aligned(inWords(section, format), [true, true]),
};
