import { retryAfterMs } from '../domain/retry-after.ts';
import { pause, waitMs } from './again.ts';

/** What became of an item: what its call would have been answered with. */
export interface CallbackOutcome {
  /** 200, unless it is said; a failure's means what that answer to a call would. */
  readonly status?: number;
  /** The child's result, as JSON; of a failure, what `report.bodyExcerpt` keeps a part of. */
  readonly result?: unknown;
  /** A failure's reason code: small letters, digits and hyphens. */
  readonly reason?: string;
  /** Whether a failure is worth another call, in place of what its status says. */
  readonly retry?: 'never' | `after=${number}`;
}

/**
 * `recorded`: it is stored. `nothing-to-record`: said before, or of an older call, or nothing waits for a heartbeat yet. `too-late`: nobody
 * waits for it any more; what is still being worked on can be dropped.
 */
export type CallbackAnswer = 'recorded' | 'nothing-to-record' | 'too-late';

export interface CallbackOptions {
  /** For how long it is said again where nothing could take it. Default 600; less where the caller itself has less time. */
  readonly patienceSeconds?: number;
  /** Ends the waiting between. */
  readonly signal?: AbortSignal;
}

/** A callback that wasn't taken. Neither its words nor its cause hold the URL, which lets in whoever has it. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';
  /** What it was answered with last; null without an answer. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

const TRY_SECONDS = 30;
const DEFAULT_PATIENCE_SECONDS = 600;

/**
 * Says what became of a call that was answered with 202, or that it is still being worked on. Says it again where nothing could take it: no
 * connection, 429 or a 5xx, after what `Retry-After` asks for.
 *
 * @example
 * ```ts
 * import { sendCallback } from 'microprocess/callback';
 *
 * const url = request.headers.get('microprocess-callback');
 * // … the call is answered with 202, and the work goes on:
 * const answer = await sendCallback(url, 'progress');
 * if (answer !== 'too-late') await sendCallback(url, { result: { frames: 1440 } });
 * // Where it fails:
 * await sendCallback(url, { status: 422, reason: 'no-such-scene' });
 * ```
 *
 * @param url what came with the call, in `Microprocess-Callback`
 * @param said the outcome, or `'progress'`
 * @throws {CallbackError} where it was refused (400, 401, 413), or still not taken when the patience was over
 */
export async function sendCallback(
  url: string | null | undefined,
  said: CallbackOutcome | 'progress',
  { patienceSeconds = DEFAULT_PATIENCE_SECONDS, signal }: CallbackOptions = {},
): Promise<CallbackAnswer> {
  if (typeof url !== 'string' || !/^https?:/.test(url) || !URL.canParse(url))
    throw new CallbackError('There is no callback: the call came without its URL, or this is another.', null);
  const [address, body] = said === 'progress' ? [`${url}/progress`, ''] : [url, outcomeText(said)];
  const until = Date.now() + patienceSeconds * 1_000;
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const answer = await post(address, body, signal);
    const meaning = meaningOf(answer);
    if (meaning !== 'again') return meaning;
    const wait = Math.max(answer.retryAfterMs, waitMs(tries));
    if (Date.now() + wait > until)
      throw new CallbackError(`The callback wasn't taken: ${answer.words}.`, answer.status);
    await pause(wait, signal);
  }
}

/** A result of `undefined` is none: JSON has no word for it. */
const outcomeText = ({ status = 200, ...rest }: CallbackOutcome): string => JSON.stringify({ status, ...rest });

interface Answer {
  readonly status: number | null;
  readonly isRecorded: boolean;
  readonly retryAfterMs: number;
  readonly words: string;
}

/** One try; without an answer its status is null. */
async function post(address: string, body: string, signal?: AbortSignal): Promise<Answer> {
  const timeout = AbortSignal.timeout(TRY_SECONDS * 1_000);
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const { recorded, title } = fieldsOf(await response.text());
    const why = typeof title === 'string' ? `: ${withoutPath(title, address)}` : '';
    return {
      status: response.status,
      isRecorded: recorded === true,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()),
      words: `it was answered with ${response.status}${why}`.replace(/\.$/, ''),
    };
  } catch {
    // What fetch throws names hosts, and some of it the whole URL.
    signal?.throwIfAborted();
    return { status: null, isRecorded: false, retryAfterMs: 0, words: 'there was no answer' };
  }
}

/** What answered may not be ours, and repeat what it was asked for. */
const withoutPath = (text: string, address: string): string =>
  new URL(address).pathname
    .split('/')
    .filter((part) => part.length > 20)
    .reduce((left, part) => left.replaceAll(part, '…'), text);

/** @throws {CallbackError} where saying it again can't help */
function meaningOf({ status, isRecorded, words }: Answer): CallbackAnswer | 'again' {
  if (status === null || status === 429 || status >= 500) return 'again';
  if (status === 200) return isRecorded ? 'recorded' : 'nothing-to-record';
  if (status === 409 || status === 410) return 'too-late';
  throw new CallbackError(`The callback was refused: ${words}.`, status);
}

function fieldsOf(text: string): { readonly recorded?: unknown; readonly title?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
