/** What a reader takes for one character: an emoji of several code points, a letter with its accents. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What is looked at behind a cut: a code point, which tells whether a grapheme goes on there. */
const BEHIND = 2;

/** The beginning of a text, of at most so many UTF-16 units: cut at a grapheme's end, so that no character is torn. */
export function beginning(text: string, units: number): string {
  if (text.length <= units) return text;
  // Looked at in one place alone: to walk through a text costs a microsecond a grapheme, and names are cut for every row.
  return text.slice(0, graphemes.segment(text.slice(0, units + BEHIND)).containing(units)?.index ?? 0);
}

/** A text of at most `characters` graphemes; a longer one ends in `…`. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const ends: number[] = [];
  // A grapheme may carry accents without end: what is looked at is bounded.
  const head = text.slice(0, characters * MAX_UNITS);
  for (const { index, segment } of graphemes.segment(head)) {
    ends.push(index + segment.length);
    if (ends.length > characters) return `${text.slice(0, ends[characters - 2] ?? 0)}…`;
  }
  return head.length === text.length ? text : `${text.slice(0, ends.at(-2) ?? 0)}…`;
}

/** A grapheme is rarely longer than this, in UTF-16 units. */
const MAX_UNITS = 16;

/**
 * A name of at most `units` UTF-16 units that is a long text's own: its beginning, and a fingerprint of all of it. Texts that
 * differ only behind the cut keep different names.
 */
export function boundedName(text: string, units: number): string {
  if (text.length <= units) return text;
  const tail = `… #${fingerprint(text)}`;
  return `${beginning(text, units - tail.length)}${tail}`;
}

const fingerprint = (text: string): string =>
  hashOf(text)
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('');

/** Two halves of 32 bits, by two multiplicative hashes (FNV-1a, seeded apart). To tell texts apart, not to protect them. */
export function hashOf(text: string): readonly [high: number, low: number] {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit ^ (high >>> 15), 0x85ebca6b);
  }
  return [high >>> 0, low >>> 0];
}
