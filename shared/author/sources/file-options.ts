import * as z from 'zod';
import { jsonProblem, showPath } from '../../domain/json-problem.ts';
import { SIZES } from '../../domain/limits.ts';
import { callable } from '../options.ts';

/** Options of every source that reads a file. */
export interface FileOptions<I> {
  /**
   * What becomes of a record that can't be read, doesn't fit the schema or becomes by it what JSON can't hold: it ends the run (`fail`, the default), is left out (`skip`), or is a
   * child that fails without a call, with line and reason (`report`).
   */
  readonly onBadRow?: 'fail' | 'skip' | 'report';
  /** Items that are wanted; the others are no children. */
  where?(item: I): boolean;
}

export const fileOptions = {
  schema: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'must be a zod schema').optional(),
  onBadRow: z.enum(['fail', 'skip', 'report']).optional(),
  where: callable().optional(),
};

/** A record as an item, or what is wrong with it; `isFinal` where that is the definition's fault, which `onBadRow` says nothing of. */
export type Checked<I> = { readonly item: I } | { readonly problem: string; readonly isFinal?: true };

/** Checks a record; what is wrong is said by path and kind, as values may be personal. */
export function checkedBy<S extends z.ZodType>(schema: S): (value: unknown) => Checked<z.output<S>> {
  return (value) => {
    const parsed = parsedBy(schema, value);
    if (parsed === null)
      return { problem: 'is given to a schema that is asynchronous: it must check at once', isFinal: true };
    const { data, error, success } = parsed;
    if (success) return checkedJson(data);
    const issues = error.issues.map(({ path, code }) => `${path.map(String).join('.') || 'the record'} (${code})`);
    return { problem: `does not fit the schema: ${issues.join(', ')}` };
  };
}

/** A schema may make of a record what JSON can't hold, as `Number` makes NaN of a text: that is a wrong record as any other, with its place. */
function checkedJson<T>(item: T): Checked<T> {
  const found = jsonProblem(item, SIZES.jsonBytes);
  if (found === null) return { item };
  const at = found.path === null ? '' : ` at ${showPath(found.path)}`;
  return { problem: `becomes by the schema what JSON can't hold: ${found.what}${at}` };
}

/** Null where the schema makes a promise. */
function parsedBy<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> | null {
  try {
    return schema.safeParse(value);
  } catch (error) {
    // By its name: z.core as a value would put all languages of zod, 320 KB, into the bundle of each function.
    if (error instanceof Error && error.constructor.name === '$ZodAsyncError') return null;
    throw error;
  }
}
