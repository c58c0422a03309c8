import * as z from 'zod';

/** Every kind of problem that the API answers with: docs/http-api.md says of each what to do. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not valid.' },
  'not-json': { status: 400, title: 'The body is no JSON.' },
  unauthorized: { status: 401, title: 'The request names no caller that is let in.' },
  forbidden: { status: 403, title: 'The caller may not do this.' },
  'not-found': { status: 404, title: 'There is nothing at this address.' },
  'pipeline-not-found': { status: 404, title: 'There is no such pipeline.' },
  'no-tasks': { status: 404, title: 'The pipeline takes no tasks.' },
  'task-not-found': { status: 404, title: 'There is no such task.' },
  'run-not-found': { status: 404, title: 'There is no such run.' },
  'method-not-allowed': { status: 405, title: 'This method is not for this address.' },
  'run-conflict': { status: 409, title: 'The run exists with other input.' },
  'task-conflict': { status: 409, title: 'The task exists with another time or item.' },
  'task-is-called': { status: 409, title: 'The task is being called now.' },
  'task-has-ended': { status: 409, title: 'The task has ended.' },
  'run-purged': { status: 409, title: 'A run of this id was purged.' },
  'not-ended': { status: 409, title: 'The run has not ended.' },
  'no-report': { status: 404, title: 'The run ended without a report.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  'unsupported-media-type': { status: 415, title: 'The body is not declared as JSON.' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used with another body.' },
  'too-many-requests': { status: 429, title: 'The caller asks too often.' },
  internal: { status: 500, title: 'The request failed.' },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

const TYPE = 'urn:problem-type:microprocess:';

/** A problem's type: a name that does not change, and no address. */
export const typeOf = (code: ProblemCode): string => `${TYPE}${code}`;

/** The kind of problem that a type names; null for a type of something else, or of another release. */
export function codeOf(type: string): ProblemCode | null {
  const name = type.startsWith(TYPE) ? type.slice(TYPE.length) : '';
  return isCode(name) ? name : null;
}

const isCode = (name: string): name is ProblemCode => Object.hasOwn(PROBLEMS, name);

/** What a problem is answered with (RFC 9457). */
export const problemBody = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string().optional() })
  .meta({ id: 'Problem' });
