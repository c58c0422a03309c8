import type { Dispatcher, Pool } from 'undici';

/** An answer, read to its end. */
export interface Answer {
  readonly httpStatus: number;
  readonly body: string;
  readonly isJson: boolean;
  readonly retryAfter: string | null;
}

export interface ExchangeLimits {
  /** From here to the last byte, waiting for a connection included. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
}

export class TooLargeError extends Error {}
export class TimeoutError extends Error {}

type Headers = Record<string, string | string[] | undefined>;

/**
 * One request and its whole answer, by undici's bare dispatch: at thousands a second, a stream, an iterator and an abort
 * signal for each answer cost more than the answer.
 * @throws {TooLargeError} as soon as more bytes are announced or came than allowed; what a service still sends is never held
 * @throws {TimeoutError}
 * @throws undici's own, where there is no answer
 */
export function exchange(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  { timeoutMs, maxResponseBytes }: ExchangeLimits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let httpStatus = 0;
    let headers: Headers = {};
    let started: Dispatcher.DispatchController | undefined;
    let timedOut: TimeoutError | undefined;
    const timer = setTimeout(() => {
      timedOut = new TimeoutError(`No whole answer within ${timeoutMs} ms.`);
      started?.abort(timedOut);
      reject(timedOut);
    }, timeoutMs);
    pool.dispatch(request, {
      onRequestStart(controller) {
        started = controller;
        // It waited for a connection until its time was up: nothing must be sent any more.
        if (timedOut) controller.abort(timedOut);
      },
      onResponseStart(controller, statusCode, received) {
        httpStatus = statusCode;
        headers = received;
        if (Number(header(headers, 'content-length') ?? 0) > maxResponseBytes) controller.abort(new TooLargeError());
      },
      onResponseData(controller, chunk) {
        bytes += chunk.length;
        if (bytes > maxResponseBytes) controller.abort(new TooLargeError());
        else chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        resolve({
          httpStatus,
          body: Buffer.concat(chunks, bytes).toString('utf8'),
          isJson: /[/+]json\b/i.test(header(headers, 'content-type') ?? ''),
          retryAfter: header(headers, 'retry-after'),
        });
      },
      onResponseError(_, error) {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
}

function header(headers: Headers, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
