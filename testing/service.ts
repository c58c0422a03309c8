// As imports: a test that fakes the timers of its program must not stop these.
import { setImmediate } from 'node:timers';
import type { CallbackAnswer, CallbackOutcome } from '../shared/client/callback.ts';
import { CALL_FAILURES, type CallFailure } from '../shared/domain/answers.ts';
import { show } from '../shared/domain/errors.ts';
import { jsonText } from '../shared/domain/json.ts';
import type { CallResult } from '../shared/domain/retry.ts';

/** A child's call, as the service sees it. */
export interface ServiceRequest<B = unknown> {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** All that a deployed forwarder sends, with their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body, read; the text of another, and null where there is none. */
  readonly body: AsJson<B>;
  /** The Idempotency-Key: the child's, the same for each of its calls. */
  readonly key: string;
  /** The child's id, as its row has it. */
  readonly child: string;
  /** 1 for the child's first call. */
  readonly attempt: number;
  /** Virtual time, epoch milliseconds. */
  readonly at: number;
  /**
   * Says what became of the call where the service answers 202, or that it is at work, as `sendCallback` of `microprocess/callback` does. Not
   * to be awaited before the answer: virtual time stands still until that is there.
   */
  readonly callBack: (said: CallbackOutcome | 'progress') => Promise<CallbackAnswer>;
  /** Passes in virtual time: what works on behind its answer takes so long. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** An answer with a status of its own. */
export interface HttpAnswer {
  /** 100 to 999. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON; none where absent. */
  readonly body?: unknown;
  /** Virtual milliseconds that it takes; from the endpoint's time-out on there is no answer. Default 10. */
  readonly ms?: number;
}

/** A call without an answer that can be used. */
export interface FailedCall {
  /** The reason code, such as `timeout` or `connection-reset`. */
  readonly failure: CallFailure;
}

/**
 * What a service may return: a value, which is answered as 200 and JSON; an {@link HttpAnswer}, known by a `status` from 100 to 999 and no
 * other field than its own; a {@link FailedCall}; or a `Response`, as a web framework's app gives it.
 */
export type ServiceAnswer<R = unknown> = R | HttpAnswer | FailedCall | Response;

/**
 * The service in a test. What it throws is answered with status 500, as frameworks do; an assertion that fails in it fails the whole run.
 */
export type Service<B = unknown, R = unknown> = (
  request: ServiceRequest<B>,
) => ServiceAnswer<R> | Promise<ServiceAnswer<R>>;

/** What a value is once it has been JSON. */
export type AsJson<T> = unknown extends T
  ? T
  : T extends { toJSON(): infer J }
    ? AsJson<J>
    : T extends object
      ? { [K in keyof T]: AsJson<T[K]> }
      : T;

/** How long a call takes, unless it says, virtual milliseconds. */
const CALL_MS = 10;

export interface AnswerLimits {
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

/** A web framework's answer, read to its end. */
export class ReadResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  constructor({ status, headers }: Response, body: string) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * What a service's answer is once all of it has come, or more than may come. `Response.error()` is what `fetch` gives for a network that failed.
 */
export async function readWhole(answer: unknown, maxBytes: number): Promise<unknown> {
  if (!(answer instanceof Response)) return answer;
  if (answer.type === 'error') return { failure: 'network' } satisfies FailedCall;
  return new ReadResponse(answer, await textWithin(answer, maxBytes));
}

/** Chunks of a body that are read without a pause, and in all. */
const CHUNKS_AT_ONCE = 1_000;
const MOST_CHUNKS = 1_000_000;

/** A body that has more than is read of any is read no further: what never ends would keep the process from all else. */
async function textWithin({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let read = 0;
  for await (const chunk of body ?? []) {
    if (chunk.length > 0) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
    read++;
    // It never ends, and comes to nothing: as if it never came.
    if (read > MOST_CHUNKS) return new Promise(() => undefined);
    // What is made as it is read comes in microtasks alone: without a pause now and then no timer would ever end it.
    if (read % CHUNKS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/**
 * What a service's answer comes to for its forwarder.
 * @throws {NotJsonError} where JSON can't hold it: no service could send it
 * @throws {TypeError} for a time that none can take
 */
export function callResultOf(answer: unknown, limits: AnswerLimits): CallResult {
  const { timeoutMs } = limits;
  if (answer instanceof ReadResponse)
    return within(limits, { ...headOf(answer.headers), httpStatus: answer.status, body: answer.body });
  if (isFailedCall(answer)) {
    const { failure } = answer;
    return { kind: 'failure', reason: failure, ms: failure === 'timeout' ? timeoutMs : CALL_MS };
  }
  if (!isHttpAnswer(answer)) return within(limits, { ...JSON_HEAD, httpStatus: 200, body: textOf(answer) });
  const { status, headers, body, ms } = answer;
  const head = headOf(new Headers(headers));
  if (typeof body === 'string') return within(limits, { ...head, httpStatus: status, body }, ms);
  return within(limits, { ...head, httpStatus: status, body: textOf(body), isJson: true }, ms);
}

const JSON_HEAD = { isJson: true, retryAfter: null, date: null } as const;

function headOf(headers: Headers) {
  return {
    isJson: /[/+]json\b/i.test(headers.get('content-type') ?? ''),
    retryAfter: headers.get('retry-after'),
    date: headers.get('date'),
    fromAws: headers.has('x-amzn-errortype'),
    says: { retry: headers.get('microprocess-retry'), reason: headers.get('microprocess-reason') },
  };
}

function textOf(body: unknown): string {
  return body === undefined ? '' : jsonText('What the service answered', body, 'written');
}

/** The answer, unless the forwarder would have given it up. */
function within(
  { timeoutMs, maxResponseBytes }: AnswerLimits,
  answer: Omit<CallResult & { kind: 'answer' }, 'kind' | 'ms'>,
  ms = CALL_MS,
): CallResult {
  if (typeof ms !== 'number' || !(ms >= 0))
    throw new TypeError(`The service answered with ms ${show(ms)}; allowed are milliseconds from 0 on.`);
  if (ms >= timeoutMs) return { kind: 'failure', reason: 'timeout', ms: timeoutMs };
  const { httpStatus, body } = answer;
  const isRead = httpStatus >= 200 && httpStatus < 300;
  if (isRead && Buffer.byteLength(body) > maxResponseBytes)
    return { kind: 'failure', reason: 'response-too-large', ms };
  return { kind: 'answer', ...answer, ms };
}

const HTTP_FIELDS = ['status', 'headers', 'body', 'ms'];

function isHttpAnswer(answer: unknown): answer is HttpAnswer {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return false;
  const { status } = answer;
  const isStatus = typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999;
  return isStatus && Object.keys(answer).every((key) => HTTP_FIELDS.includes(key));
}

/** @throws {TypeError} for a reason code that there isn't */
function isFailedCall(answer: unknown): answer is FailedCall {
  if (typeof answer !== 'object' || answer === null || !('failure' in answer)) return false;
  if (Object.keys(answer).length > 1) return false;
  if (CALL_FAILURES.some((failure) => failure === answer.failure)) return true;
  throw new TypeError(
    `The service returned the failure ${show(answer.failure)}; allowed are ${CALL_FAILURES.join(', ')}.`,
  );
}
