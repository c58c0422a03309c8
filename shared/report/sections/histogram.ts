import type { SectionOf } from '../../author/section.ts';
import { histogramSvg, PICTURE_THEME } from '../chart.ts';
import { number, percent, shown } from '../format.ts';
import { MAIL_WIDTH, picture, rows } from '../mail-html.ts';
import { chart } from '../page-html.ts';
import { aligned } from '../text-lines.ts';
import type { Drawer, Room } from './drawer.ts';

type Histogram = SectionOf<'histogram'>;

/** What a reader must be told of the bars, in sentences. */
function barNotes({ buckets, within = 0 }: Histogram, { pictures }: Room): string[] {
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

const inWords = ({ buckets, unit }: Histogram) =>
  buckets.map(({ from, to, count }) => [`${number(from)} – ${shown(to, unit)}`, number(count)] as const);

/** How many values lie in each of some ranges. */
export const histogram: Drawer<Histogram> = {
  isEmpty: ({ buckets }) => buckets.length === 0,
  page: (section) => chart((size) => histogramSvg(section, size)),
  notes: barNotes,
  picture: (section) => histogramSvg(section, { width: MAIL_WIDTH, height: 220 }, PICTURE_THEME),
  mail: (section, address) =>
    address === undefined
      ? rows(inWords(section).map(([range, count]) => [{ text: range }, { text: count, atEnd: true }]))
      : picture(address, section.title),
  text: (section) => aligned(inWords(section), [true, true]),
};
