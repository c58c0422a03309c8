import type { Context } from 'hono';
import {
  InputError,
  MicroprocessError,
  RunConflictError,
  RunNotFoundError,
  RunPurgedError,
} from '../../shared/domain/errors.ts';
import { PROBLEMS, type ProblemCode, typeOf } from '../../shared/domain/http-api/problems.ts';
import { NoTasksError, TaskError } from '../../shared/domain/task-errors.ts';

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
