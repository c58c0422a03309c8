import * as z from 'zod';
import { SectionsError, show } from '../domain/errors.ts';

/**
 * The most that a reduce may return. A report is made in memory, mailed and opened by people: what is longer belongs into
 * report.csv, or is cut by the reduce, which then says how many there were (`total`).
 */
export const SECTION_LIMITS = {
  sections: 50,
  figures: 24,
  buckets: 100,
  bars: 2_000,
  columns: 20,
  rows: 2_000,
  /** Places on the axis of a time series. */
  points: 2_000,
  lines: 12,
  /** UTF-16 units of a title, a label, a name or a cell. */
  label: 1_000,
  unit: 40,
  /** UTF-16 units of a note or a text. */
  text: 10_000,
  /** UTF-16 units of all sections together, as JSON. */
  json: 2_097_152,
} as const;

const list = <T extends z.ZodType>(of: T, most: number) => z.array(of).max(most).readonly();
const label = z.string().max(SECTION_LIMITS.label);
const named = label.min(1);
const count = z.number().int().min(0);
/** Drawn behind a number, such as `km`; `%` stands close to it. */
const unit = z.string().min(1).max(SECTION_LIMITS.unit).optional();
/** A number (finite), a short text, or null where there is none: drawn as `–`. */
const value = z.union([z.number(), label, z.null()], 'must be a finite number, a text or null');
/** The latest moment that a date can hold, in milliseconds since 1970; the earliest is as long before. */
const LATEST = 8_640_000_000_000_000;
const NO_MOMENT = `must be a moment: milliseconds since 1970, at most ${LATEST}`;
const isBeyondTime = (cell: unknown) => typeof cell === 'number' && Math.abs(cell) > LATEST;

const base = {
  title: named,
  /** Small print: what a reader must know to read it rightly. */
  note: z.string().max(SECTION_LIMITS.text).optional(),
  /**
   * What programs find a section by in summary.json, and by which two runs are compared: it stays when a title is reworded.
   * Unique within a report.
   */
  key: named.optional(),
};

const figures = z.object({
  ...base,
  kind: z.literal('figures'),
  figures: list(
    z.object({
      label: named,
      value,
      unit,
      /** A few words beside the value. */
      note: label.optional(),
      /** As of a section; unique within its section. */
      key: named.optional(),
      /** Largest relative error of an estimate, such as 0.005; absent where the value is exact. */
      within: z.number().min(0).optional(),
    }),
    SECTION_LIMITS.figures,
  ),
});

const histogram = z
  .object({
    ...base,
    kind: z.literal('histogram'),
    unit,
    /** Adjoining and rising; each holds what is at least `from` and below `to`, the last one `to` too. */
    buckets: list(z.object({ from: z.number(), to: z.number(), count }), SECTION_LIMITS.buckets),
    /** Relative distance from a bound within which a value may be counted on its other side; absent where counts are exact. */
    within: z.number().min(0).optional(),
  })
  .superRefine(({ buckets }, context) => {
    for (const [i, { from, to }] of buckets.entries()) {
      // The last one holds its `to`: of equal values, it may be no wider than a point.
      const rises = from < to || (from === to && i === buckets.length - 1);
      if (!rises) return tell(context, ['buckets', i, 'to'], 'must be above its `from`');
      const before = buckets[i - 1];
      if (before && before.to !== from) return tell(context, ['buckets', i, 'from'], 'must be the `to` before it');
    }
  });

const bars = z.object({
  ...base,
  kind: z.literal('bars'),
  unit,
  bars: list(z.object({ label: named, value: z.number() }), SECTION_LIMITS.bars),
  /** How many there were before the list was cut. */
  total: count.optional(),
});

const column = z.object({
  name: named,
  /** How its cells are drawn: `time` is a number of milliseconds since 1970. Default `text`. */
  kind: z.enum(['text', 'number', 'time']).optional(),
  unit,
  /** Default: numbers at the end of their column, all else at its start. */
  align: z.enum(['start', 'end']).optional(),
  /** A column of numbers is drawn as bars too, where there is room. */
  bar: z.boolean().optional(),
});

const table = z
  .object({
    ...base,
    kind: z.literal('table'),
    columns: list(column, SECTION_LIMITS.columns).refine((columns) => columns.length > 0, 'must name a column'),
    /** A cell for each column. The first rows matter most: a mail shows only these, the page folds away the others. */
    rows: list(list(z.union([value, z.boolean()]), SECTION_LIMITS.columns), SECTION_LIMITS.rows),
    /** Rows are ranks: they are numbered. */
    ranked: z.boolean().optional(),
    /** How many rows there were before the table was cut. */
    total: count.optional(),
  })
  .superRefine(({ columns, rows }, context) => {
    const fits = rows.findIndex(({ length }) => length !== columns.length);
    if (fits >= 0) tell(context, ['rows', fits], `has ${rows[fits]?.length} cells for ${columns.length} columns`);
    const times = columns.flatMap(({ kind }, i) => (kind === 'time' ? [i] : []));
    for (const [row, cells] of rows.entries()) {
      const beyond = times.find((i) => isBeyondTime(cells[i]));
      if (beyond !== undefined) return tell(context, ['rows', row, beyond], NO_MOMENT);
    }
  });

const series = z
  .object({
    ...base,
    kind: z.literal('series'),
    unit,
    /** Moments in milliseconds since 1970, rising; or names, such as weekdays. */
    x: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('time'), at: list(z.number(), SECTION_LIMITS.points) }),
      z.object({ kind: z.literal('ordinal'), names: list(label, SECTION_LIMITS.points) }),
    ]),
    /** A value for each place of `x`; null is a gap. */
    lines: list(
      z.object({ label: named, values: list(z.number().nullable(), SECTION_LIMITS.points) }),
      SECTION_LIMITS.lines,
    ),
  })
  .superRefine(({ x, lines }, context) => {
    const places = x.kind === 'time' ? x.at.length : x.names.length;
    const fits = lines.findIndex(({ values }) => values.length !== places);
    if (fits >= 0)
      tell(context, ['lines', fits, 'values'], `has ${lines[fits]?.values.length} values for ${places} places of x`);
    if (x.kind === 'time' && x.at.some((at, i) => at <= (x.at[i - 1] ?? Number.NEGATIVE_INFINITY)))
      tell(context, ['x', 'at'], 'must rise');
    const beyond = x.kind === 'time' ? x.at.findIndex(isBeyondTime) : -1;
    if (beyond >= 0) tell(context, ['x', 'at', beyond], NO_MOMENT);
  });

const text = z.object({
  ...base,
  kind: z.literal('text'),
  /** Plain: nothing in it is markup. An empty line parts paragraphs. */
  text: z.string().max(SECTION_LIMITS.text),
});

const section = z.discriminatedUnion('kind', [figures, histogram, bars, table, series, text]);

/**
 * A piece of a report, of one of six kinds. It holds numbers and texts, no markup and nothing formatted: page, mail, text and
 * terminal each draw it in their own way, and a text out of data can't do more in any of them than be read.
 * @example
 * const section: Section = {
 *   kind: 'figures',
 *   title: 'Trees',
 *   figures: [{ key: 'planted', label: 'Planted', value: 1_250 }, { label: 'Mean height', value: 3.2, unit: 'm' }],
 * };
 * @example
 * const section: Section = {
 *   kind: 'table',
 *   title: 'Trees by park',
 *   columns: [{ name: 'Park' }, { name: 'Trees', kind: 'number', bar: true }],
 *   rows: [['Prater', 800], ['Stadtpark', 450]],
 * };
 */
export type Section = z.infer<typeof section>;

/** The kinds of section there are. */
export type SectionKind = Section['kind'];

/** A section of one kind. */
export type SectionOf<K extends SectionKind> = Extract<Section, { kind: K }>;

const sections = list(section, SECTION_LIMITS.sections).superRefine((all, context) => {
  const twice = repeated(all);
  if (twice >= 0) tell(context, [twice, 'key'], 'is the key of an earlier section too');
  for (const [i, each] of all.entries()) {
    const figure = each.kind === 'figures' ? repeated(each.figures) : -1;
    if (figure >= 0) tell(context, [i, 'figures', figure, 'key'], 'is the key of an earlier figure too');
  }
  const { length } = JSON.stringify(all);
  if (length > SECTION_LIMITS.json)
    tell(context, [], `come to ${length} characters of JSON; allowed are ${SECTION_LIMITS.json}`);
});

/**
 * The sections that a reduce returned.
 * @throws {SectionsError} naming the section and the path of each thing that is wrong in it, never a value: it may be personal
 */
export function checkSections(returned: unknown): readonly Section[] {
  const parsed = sections.safeParse(returned);
  if (parsed.success) return parsed.data;
  throw new SectionsError(
    parsed.error.issues.map(({ path, message }) => ({
      path: ['sections', ...path].map(String).join('.'),
      section: nameIn(returned, path[0]),
      message,
    })),
  );
}

/** Those of a stored report's sections that this version knows: one of another version may have more kinds. */
export function knownSections(stored: readonly unknown[]): readonly Section[] {
  return stored.flatMap((each) => section.safeParse(each).data ?? []);
}

function nameIn(returned: unknown, index: PropertyKey | undefined): string | null {
  const at: unknown = Array.isArray(returned) && typeof index === 'number' ? returned[index] : null;
  if (typeof at !== 'object' || at === null || !('title' in at) || typeof at.title !== 'string') return null;
  return show(at.title);
}

/** The place of the first of a list whose key stands earlier in it; -1 where there is none. */
function repeated(list: readonly { readonly key?: string | undefined }[]): number {
  const seen = new Set<string>();
  return list.findIndex(({ key }) => key !== undefined && seen.size === seen.add(key).size);
}

function tell(context: z.RefinementCtx, path: readonly PropertyKey[], message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message });
}
