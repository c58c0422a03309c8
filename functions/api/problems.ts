import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  InputError,
  MicroprocessError,
  RunConflictError,
  RunNotFoundError,
  RunPurgedError,
} from '../../shared/domain/errors.ts';

import { NoTasksError, TaskError } from '../../shared/domain/task-errors.ts';

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
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

/** A problem's type: a name that does not change, and no address. */
export const typeOf = (code: ProblemCode): string => `urn:problem-type:microprocess:${code}`;

/** A request that is answered with a problem. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail for the caller: it may quote the caller's own request, and goes to no log */
  constructor(code: ProblemCode, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    super(PROBLEMS[code].title);
    this.code = code;
    this.detail = detail;
    this.headers = headers;
  }
}

/** What was thrown, as the caller is told it. What is no problem of the request's says nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RunNotFoundError) return new Problem('run-not-found', error.message);
  if (error instanceof RunConflictError) return new Problem('run-conflict', error.message);
  if (error instanceof RunPurgedError) return new Problem('run-purged', error.message);
  if (error instanceof NoTasksError || isKnownTaskError(error)) return new Problem(error.code, error.message);
  if (error instanceof InputError) return new Problem('bad-request', error.message);
  return new Problem('internal');
}

/** A problem, as RFC 9457 has it. */
export function problemBodyOf({ code, detail }: Problem) {
  const { status, title } = PROBLEMS[code];
  return { type: typeOf(code), title, status, ...(detail !== undefined && { detail }) };
}

/** Answers with a problem. */
export function answerProblem(c: Context, problem: Problem): Response {
  const { code, headers } = problem;
  return c.body(JSON.stringify(problemBodyOf(problem)), PROBLEMS[code].status, {
    ...headers,
    'content-type': 'application/problem+json',
  });
}

const isKnownTaskError = (error: unknown): error is TaskError & { readonly code: ProblemCode } =>
  error instanceof TaskError && error.code in PROBLEMS;

/** Whether a failure is ours, and is to be heard of. */
export const isOurs = (error: unknown): boolean =>
  !(error instanceof Problem) && (!(error instanceof MicroprocessError) || problemOf(error).code === 'internal');
