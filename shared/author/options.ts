import * as z from 'zod';
import { DefinitionError } from '../domain/errors.ts';

/** A user's function. */
export const callable = <F>() => z.custom<F>((value) => typeof value === 'function', 'must be a function');

/** An object of named options. Rejects unknown keys and lists the allowed ones. */
export function strictOptions<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is no option here; allowed are ${Object.keys(shape).join(', ')}` : undefined,
  });
}

/** The problems of a value, each with its path below `root` and the value received there. */
export function definitionIssues({ issues }: z.ZodError, value: unknown, root = ''): DefinitionError['issues'] {
  const at = (path: readonly PropertyKey[], message: string) => ({
    path: [root, path.map(String).join('.')].filter((part) => part !== '').join(': ') || '(root)',
    message,
    received: path.reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    ),
  });
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => at([...issue.path, key], issue.message))
      : [at(issue.path, issue.message)],
  );
}

/**
 * Checks what a source or a reduce was given, when a pipeline's module is loaded and its name isn't known yet.
 * @param root such as `reduce: statistics`
 * @throws {DefinitionError} naming the path of each wrong option, such as `reduce: statistics: value`
 */
export function checkOptions(root: string, schema: z.ZodType, given: unknown): void {
  const { error } = schema.safeParse(given);
  if (error) throw new DefinitionError(null, definitionIssues(error, given, root));
}
