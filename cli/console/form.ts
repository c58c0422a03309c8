import * as z from 'zod';
import { InputError } from '../../shared/domain/errors.ts';

/** What a form sends, or a query holds. */
export type Form = Readonly<Record<string, unknown>>;

/** A field that may be left empty: then it says nothing. */
export const said = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** @throws {InputError} naming the field */
export function fields<T>(schema: z.ZodType<T>, form: Form): T {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${issue?.path.join('.')}: ${issue?.message}`);
}
