import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Row, SucceededRow } from '../../domain/row.ts';
import { boundedName } from '../../domain/text.ts';
import {
  type Cell,
  type Column,
  cell,
  columnName,
  columnNames,
  columnsOf,
  distinctColumns,
  reads,
} from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Accumulator } from '../reduce.ts';
import type { Section } from '../section.ts';
import type { TableReduce } from './reduce-option.ts';
import { type Order, Top } from './top.ts';

/** Options of {@link topK}. */
export interface TopKOptions<I, R> {
  /** The number by which rows are ranked; a field is looked up in the result, then in the item. */
  readonly by: Column<I, R>;
  /** Drawn behind it, such as `km`. */
  readonly unit?: string;
  /** How many are listed, 1 to 1,000. Default 10. */
  readonly k?: number;
  /** Which of them. Default `highest`. */
  readonly order?: Order;
  /** What is shown of each before its number. Default: the child's id. */
  readonly show?: readonly Column<I, R>[];
  /** Columns of report.csv. Default: what is shown, and the number. */
  readonly columns?: readonly Column<I, R>[];
}

/** Columns shown; a table has 20, one of them the number. */
const MOST_SHOWN = 19;
/** UTF-16 units of a text that is shown: a part must not grow without end. */
const MAX_TEXT = 200;

const optionsSchema = strictOptions({
  by: columnName,
  unit: z.string().min(1).max(40).optional(),
  k: z.number().int().min(1).max(1_000).optional(),
  order: z.enum(['highest', 'lowest']).optional(),
  show: columnNames.max(MOST_SHOWN).optional(),
  columns: columnNames.optional(),
});

const storedSchema = z.array(
  z.tuple([z.number(), z.string(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))]),
);

/**
 * The rows of the highest numbers, or the lowest, exactly; of equal ones the first in the order of the source.
 * @throws {DefinitionError} naming each wrong option
 */
export function topK<I = unknown, R = unknown>(options: TopKOptions<I, R>): TableReduce<I, R> {
  checkOptions('reduce: topK', optionsSchema, options);
  const { by, show = [{ name: 'Child', of: ({ id }) => id }], columns } = options;
  return {
    ...columnsOf(columns ?? distinctColumns([...(options.show ?? []), by])),
    label: options.show?.[0] && reads(options.show[0]),
    start: () => new TopKAccumulator({ ...options, show }),
    givesTables: true,
  };
}

class TopKAccumulator<I, R> implements Accumulator<I, R> {
  readonly #of: TopKOptions<I, R>;
  readonly #by: { readonly name: string; of(row: Row<I, R>): unknown };
  readonly #shown: { readonly columns: readonly string[]; cells(row: Row<I, R>): Cell[] };
  readonly #order: Order;
  readonly #top: Top<readonly Cell[]>;

  constructor(options: TopKOptions<I, R> & { readonly show: readonly Column<I, R>[] }) {
    const { by, show, k = 10, order = 'highest' } = options;
    this.#of = options;
    this.#by = reads(by, 'result');
    this.#shown = columnsOf(show);
    this.#order = order;
    this.#top = new Top(k, order);
  }

  add(row: SucceededRow<I, R>): void {
    const value = this.#by.of(row);
    if (typeof value !== 'number' || !Number.isFinite(value) || !this.#top.takes(value)) return;
    this.#top.add([value, row.id, this.#shown.cells(row).map(short)]);
  }

  merge(other: Json): void {
    this.#top.addAll(storedSchema.parse(other));
  }

  toJSON(): Json {
    return this.#top.list();
  }

  sections(): Section[] {
    const rows = this.#top.list();
    if (rows.length === 0) return [];
    const { name } = this.#by;
    const { unit } = this.#of;
    return [
      {
        kind: 'table',
        key: `${name}/${this.#order}`,
        title: `The ${rows.length === 1 ? '' : `${rows.length} `}${this.#order} by ${name}`,
        ranked: true,
        columns: [
          ...this.#shown.columns.map((shown) => ({ name: shown })),
          { name, kind: 'number', ...(unit !== undefined && { unit }) },
        ],
        rows: rows.map(([value, , cells]) => [...cells, value]),
      },
    ];
  }
}

/** What isn't finite has no place in a table. */
function short(value: Cell): Cell {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? boundedName(value, MAX_TEXT) : cell(value);
}
