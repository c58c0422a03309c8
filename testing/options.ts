import type * as z from 'zod';
import { definitionIssues } from '../shared/author/options.ts';
import { show } from '../shared/domain/errors.ts';

/**
 * Checks what a test gave to one of our functions: a misspelt or impossible option would else pass for one that isn't there.
 * @param of the function, such as `runPipeline`
 * @throws {TypeError} naming each wrong option, the value received and what is allowed
 */
export function checkTestOptions(of: string, schema: z.ZodType, given: unknown): void {
  const { error } = schema.safeParse(given);
  if (!error) return;
  const lines = definitionIssues(error, given).map(
    ({ path, message, received }) => `  ${path}: ${message} (received ${show(received)})`,
  );
  throw new TypeError(`${of} can't take these options:\n${lines.join('\n')}`);
}
