import type * as z from 'zod';
import type { Pipeline } from '../author/definition.ts';
import { type Json, jsonText } from '../domain/json.ts';
import { beginning } from '../domain/text.ts';
import { UserError } from '../domain/user-error.ts';
import type { Process } from '../ports/deps.ts';

/** Of the path of what doesn't fit. */
const PATH_LENGTH = 200;

/** What a pipeline's `answer` makes of a result, or where in it the first thing is that doesn't fit. */
export type Fit = { readonly result: Json } | { readonly misfit: string };

/**
 * Holds an answer against the definition's schema: what that leaves out isn't stored, and what it refuses is no success. The child fails
 * at once, as a service that answers in another shape will do so again.
 */
export function fitAnswer(
  { pipeline, log }: { readonly pipeline: Pick<Pipeline, 'answer'>; readonly log: Process['log'] },
  child: string,
  result: Json,
): Fit {
  const { answer } = pipeline;
  if (!answer) return { result };
  try {
    const parsed = answer.safeParse(result);
    if (parsed.error) return { misfit: placeOf(parsed.error) };
    // A schema may give what JSON has not, such as a date: it becomes what a row holds.
    const fitted: Json = JSON.parse(jsonText('what answer gave', parsed.data, 'written'));
    return { result: fitted };
  } catch (error) {
    log.error('The answer schema failed.', { child, error: new UserError(error) });
    return { misfit: '' };
  }
}

/** As a path in JavaScript would be written; empty for the answer as a whole. */
function placeOf({ issues: [first] }: z.ZodError): string {
  const names = (first?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return beginning(names.join('').replace(/^\./, ''), PATH_LENGTH);
}

/** What a row says of an answer that didn't fit: the place, and the beginning of the body where the definition lets it be kept. */
export function misfitWords(misfit: string, body: string, { bodyExcerpt }: Pipeline['report']): string {
  const place = misfit || '(the answer)';
  return bodyExcerpt > 0 ? `${place}: ${beginning(body, bodyExcerpt)}` : place;
}
