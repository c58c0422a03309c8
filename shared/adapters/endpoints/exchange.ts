import type { Dispatcher, Pool } from 'undici';
import { meaningOfStatus } from '../../domain/answers.ts';
import type { ServiceWords } from '../../domain/retry.ts';
import type { AnswerRoom } from '../../ports/caller.ts';
import { codingsOf, textOf, unpack } from './decode.ts';
import { CallError, failureOf } from './failure.ts';

/** An answer of no more bytes is read without asking for room. */
const SMALL_BYTES = 65_536;
/** What deflate, the best of the codings at it, makes of a byte at most: as much as a small answer may unpack to. */
const MOST_UNPACKED = 1_032;

/** An answer, read to its end. */
export interface Answer {
  readonly httpStatus: number;
  /** Decoded; '' where the status isn't a success and its page can't be decoded. */
  readonly body: string;
  readonly isJson: boolean;
  readonly retryAfter: string | null;
  /** The service's own time, as it says. */
  readonly date: string | null;
  /** AWS answered in the service's place. */
  readonly fromAws: boolean;
  readonly says?: ServiceWords;
}

export interface ExchangeLimits {
  /** From here to the last byte, waiting for a connection included. */
  readonly timeoutMs: number;
  /** Of the decoded body. */
  readonly maxResponseBytes: number;
  /** Is told an answer's headers, as soon as they are there. */
  readonly onHeaders?: (headers: Headers) => void;
}

type Headers = Record<string, string | string[] | undefined>;

/** What is known of an answer before its body. */
interface Head {
  readonly httpStatus: number;
  readonly headers: Headers;
  /** Its body is the result: what keeps it from being read fails the call. */
  readonly succeeds: boolean;
  readonly codings: readonly string[];
  /** Bytes that may come. */
  readonly maxBytes: number;
}

/**
 * One request and its whole answer, by undici's bare dispatch: at thousands a second, a stream, an iterator and an abort
 * signal for each answer cost more than the answer. Where the status isn't a success it has said what the call came to: of its page
 * comes what can be read.
 * @throws {CallError} where a success can't be read: as soon as more bytes are announced or came than allowed, or when time is up; what a
 * service still sends is never held
 * @param room asked once an answer turns out to be large; waiting for it is part of the call's time
 * @throws undici's own, where there is no answer
 */
export function exchange(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  { timeoutMs, maxResponseBytes, onHeaders }: ExchangeLimits,
  room?: AnswerRoom,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let hasRoom = room === undefined;
    let head: Head | undefined;
    let started: Dispatcher.DispatchController | undefined;
    let timedOut: CallError | undefined;
    const failed = (error: unknown) => {
      clearTimeout(timer);
      // What broke off is a failure of this answer, whatever the connection had carried before.
      if (!head) reject(error);
      else if (head.succeeds) reject(new CallError(failureOf(error)));
      else resolve(pageOf(head, Buffer.concat(chunks, bytes), maxResponseBytes, false));
    };
    /** Reads no further until there is room for all of the answer. */
    const askForRoom = (controller: Dispatcher.DispatchController, stored: number) => {
      hasRoom = true;
      // Once for all of it: whoever held some and waited for more could wait for one that does the same.
      const all = head && head.codings.length > 0 ? stored + maxResponseBytes : stored;
      const wait = room?.take(all) ?? null;
      if (wait === null) return;
      controller.pause();
      void wait.then(() => controller.resume());
    };
    const timer = setTimeout(() => {
      timedOut = new CallError('timeout');
      started?.abort(timedOut);
      failed(timedOut);
    }, timeoutMs);
    pool.dispatch(request, {
      onRequestStart(controller) {
        started = controller;
        // It waited for a connection until its time was up: nothing must be sent any more.
        if (timedOut) controller.abort(timedOut);
      },
      onResponseStart(controller, statusCode, headers) {
        // 102, 103: the answer is still to come.
        if (statusCode < 200) return;
        head = headOf(statusCode, headers, maxResponseBytes);
        onHeaders?.(headers);
        const announced = Number(header(headers, 'content-length') ?? 0);
        if (head.succeeds && announced > head.maxBytes) controller.abort(new CallError('response-too-large'));
        else if (!hasRoom && announced > SMALL_BYTES) askForRoom(controller, Math.min(announced, head.maxBytes));
      },
      onResponseData(controller, chunk) {
        const left = (head?.maxBytes ?? 0) - bytes;
        chunks.push(chunk.length > left ? chunk.subarray(0, left) : chunk);
        bytes += Math.min(chunk.length, left);
        if (chunk.length > left) controller.abort(new CallError('response-too-large'));
        else if (!hasRoom && bytes > SMALL_BYTES) askForRoom(controller, head?.maxBytes ?? 0);
      },
      onResponseEnd() {
        clearTimeout(timer);
        if (!head) return reject(new CallError('bad-http'));
        const body = Buffer.concat(chunks, bytes);
        if (!head.succeeds) return resolve(pageOf(head, body, maxResponseBytes, true));
        // Most answers are plain: one promise less.
        if (head.codings.length > 0)
          return resolve(decodedOf(head, body, maxResponseBytes, hasRoom ? undefined : room));
        try {
          resolve(answerOf(head, body, true));
        } catch (error) {
          reject(error);
        }
      },
      onResponseError(_, error) {
        failed(error);
      },
    });
  });
}

function headOf(httpStatus: number, headers: Headers, maxResponseBytes: number): Head {
  const codings = codingsOf(header(headers, 'content-encoding'));
  return {
    httpStatus,
    headers,
    succeeds: meaningOfStatus(httpStatus).meaning === 'succeeded',
    codings,
    // What doesn't compress grows a little by its coding.
    maxBytes: codings.length === 0 ? maxResponseBytes : maxResponseBytes + (maxResponseBytes >> 7) + 64,
  };
}

async function decodedOf(head: Head, body: Buffer, maxBytes: number, room?: AnswerRoom): Promise<Answer> {
  const unpacked = Math.min(maxBytes, body.length * MOST_UNPACKED);
  if (unpacked > SMALL_BYTES) await room?.take(unpacked);
  // Without a body there is nothing that was coded, whatever the header says.
  return answerOf(head, body.length === 0 ? body : await unpack(body, head.codings, maxBytes), true);
}

/** An answer that isn't a success, with what can be read of its page. */
async function pageOf(head: Head, body: Buffer, maxBytes: number, isWhole: boolean): Promise<Answer> {
  try {
    return head.codings.length > 0 ? await decodedOf(head, body, maxBytes) : answerOf(head, body, isWhole);
  } catch {
    return answerOf(head, Buffer.alloc(0), true);
  }
}

function answerOf({ httpStatus, headers, succeeds }: Head, body: Buffer, isWhole: boolean): Answer {
  const contentType = header(headers, 'content-type') ?? '';
  return {
    httpStatus,
    body: textOf(body, charsetOf(contentType), isWhole),
    isJson: /[/+]json\b/i.test(contentType),
    retryAfter: header(headers, 'retry-after'),
    date: header(headers, 'date'),
    fromAws: headers['x-amzn-errortype'] !== undefined,
    ...(!succeeds && wordsIn(headers)),
  };
}

/** What the service says of a call that it didn't serve, where it says more than its status. */
function wordsIn(headers: Headers): { says: ServiceWords } | undefined {
  const retry = header(headers, 'microprocess-retry');
  const reason = header(headers, 'microprocess-reason');
  return retry === null && reason === null ? undefined : { says: { retry, reason } };
}

function charsetOf(contentType: string): string | null {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? null;
}

/** A header's value; of one that came several times all of them, as one list. */
function header(headers: Headers, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
}
