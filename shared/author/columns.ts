import * as z from 'zod';
import { jsonText } from '../domain/json.ts';
import type { Row } from '../domain/row.ts';
import { synchronous } from '../domain/synchronous.ts';
import { callable } from './options.ts';

/** A field's name; any text where the type's fields aren't known. */
type FieldOf<T> = unknown extends T ? string : keyof T & string;
export type Field<I, R> = FieldOf<I> | FieldOf<R>;

export type Cell = string | number | boolean | null;

/** A column: the name of a field, looked up in the item, then in the result; or a name and what stands in it. */
export type Column<I, R> = Field<I, R> | { readonly name: string; of(row: Row<I, R>): Cell | undefined };

export const fieldName = z
  .string('must be the name of a field')
  .min(1, 'must be the name of a field')
  .max(200, 'must be at most 200 characters long');

export const columnName = z.union(
  [fieldName, z.looseObject({ name: fieldName, of: callable() })],
  'must be the name of a field, or { name, of: (row) => … }',
);

export const columnNames = z.array(columnName, 'must be a list of columns');

/** Columns that every report.csv has: the first, and the last two. */
const OWN_COLUMNS = ['id', 'status', 'reason'];

/** What is wrong with the names of a reduce's columns, by their place: a name that stands twice can't be looked up. */
export function columnIssues(columns: readonly unknown[]): { index: number; message: string }[] {
  return columns.flatMap((name, index) => {
    if (typeof name !== 'string' || name === '') return { index, message: 'must be a name' };
    if (OWN_COLUMNS.includes(seen(name))) {
      return {
        index,
        message: `is a column that every report has (${OWN_COLUMNS.join(', ')}); name yours otherwise: { name: "my ${name}", of: (row) => … }`,
      };
    }
    const isTaken = columns.slice(0, index).some((other) => typeof other === 'string' && seen(other) === seen(name));
    return isTaken ? { index, message: 'is the name of an earlier column too, or looks like it' } : [];
  });
}

/** What a person sees of a name: an é may be one character or two, and spaces around it are nothing. */
const seen = (name: string) => name.normalize('NFC').trim();

/** The first of the sources that has the field; undefined where none does. A source may be anything a service answered. */
export function field(name: string, ...sources: readonly unknown[]): unknown {
  for (const source of sources) {
    if (typeof source === 'object' && source !== null && Object.hasOwn(source, name)) return Reflect.get(source, name);
  }
  return undefined;
}

/**
 * Whatever JSON holds, as a cell: what is nested is shown as JSON, a time by its ISO 8601 text.
 * @throws {ReduceError} for a promise
 * @throws {NotJsonError} for what else JSON would show as `{}`, as null or not at all, such as a Map
 */
export function cell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return jsonText('the cell', synchronous('of', value), 'written');
}

/** What reads a column's value of a row: a field is looked up in the item first, or in the result. */
export function reads<I, R>(
  column: Column<I, R>,
  first: 'item' | 'result' = 'item',
): { readonly name: string; of(row: Row<I, R>): unknown } {
  if (typeof column !== 'string') return { name: column.name, of: (row) => column.of(row) };
  const of =
    first === 'item'
      ? ({ item, result }: Row<I, R>) => field(column, item, result)
      : ({ item, result }: Row<I, R>) => field(column, result, item);
  return { name: column, of };
}

/** Columns, each name once: of two with one name, the first stays. */
export function distinctColumns<I, R>(columns: readonly Column<I, R>[]): Column<I, R>[] {
  const byName = new Map<string, Column<I, R>>();
  for (const column of columns) {
    const name = typeof column === 'string' ? column : column.name;
    if (!byName.has(name)) byName.set(name, column);
  }
  return [...byName.values()];
}

/** Some columns of a row can't be made. */
export class ColumnError extends Error {
  /** Cells of the others; null in place of those that can't be made. */
  readonly cells: readonly Cell[];

  constructor(column: string, child: string, cells: readonly Cell[], cause: unknown) {
    super(`Column ${JSON.stringify(column)} can't be made for child ${child}: ${String(cause)}`, { cause });
    this.cells = cells;
  }
}

/** The name and the cell-maker of each column. */
export function columnsOf<I, R>(columns: readonly Column<I, R>[]) {
  const makers = columns.map((column) => reads(column));
  return {
    columns: makers.map(({ name }) => name),
    /** @throws {ColumnError} for the first that can't be made, with the others' cells */
    cells: (row: Row<I, R>): Cell[] => {
      let failed: { readonly name: string; readonly cause: unknown } | undefined;
      const cells = makers.map(({ name, of }) => {
        try {
          return cell(of(row));
        } catch (cause) {
          failed ??= { name, cause };
          return null;
        }
      });
      if (failed) throw new ColumnError(failed.name, row.id, cells, failed.cause);
      return cells;
    },
  };
}
