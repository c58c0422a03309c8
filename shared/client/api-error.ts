import { codeOf, type ProblemCode, problemBody } from '../domain/http-api/problems.ts';

/** A request that the API refused, or that nothing answered. It holds neither the token nor a signature. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** Of the answer; null without one. */
  readonly status: number | null;
  /** The kind of problem, as docs/http-api.md lists them; null where the answer names none of them. */
  readonly code: ProblemCode | null;
  /** What is wrong with this very request, where the API says so. */
  readonly detail: string | null;

  constructor(message: string, { status = null, code = null, detail = null, cause }: Partial<ApiErrorFields> = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

interface ApiErrorFields extends Pick<ApiError, 'status' | 'code' | 'detail'> {
  readonly cause: unknown;
}

/** The error that an answer's body tells. What answered may stand before the API, and know nothing of problems. */
export function errorOf(status: number, body: unknown): ApiError {
  const { data: problem } = problemBody.safeParse(body);
  if (!problem) return new ApiError(`The request was answered with ${status}.`, { status });
  const { type, title, detail = null } = problem;
  const message = detail === null ? title : `${title} ${detail}`;
  return new ApiError(message, { status, code: codeOf(type), detail });
}
