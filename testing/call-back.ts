import * as z from 'zod';
import type { CallbackAnswer, CallbackOutcome } from '../shared/client/callback.ts';
import type { UrlEvent } from '../shared/lambda/http.ts';
import type { Invocation } from './invocation.ts';
import type { VirtualClock } from './virtual-clock.ts';

const answered = z.object({ statusCode: z.number(), body: z.string().default('{}') });
const recorded = z.object({ recorded: z.boolean() });

/** How long it is said again, as by the client for services. */
const TRIES = 10;
const AGAIN_MS = 5_000;

export interface CallBackOptions {
  /** What came with the call; absent where the definition has no `callback`. */
  readonly url: string | undefined;
  readonly clock: VirtualClock;
  /** Invokes the function that takes callbacks. */
  readonly take: (event: UrlEvent) => Promise<Invocation>;
}

/**
 * Says what became of a call, or that it is still being worked on, to the real function for callbacks, in virtual time.
 * @throws {TypeError} without a callback, and for what it refuses
 */
export async function callBack(
  { url, clock, take }: CallBackOptions,
  said: CallbackOutcome | 'progress',
): Promise<CallbackAnswer> {
  if (url === undefined) throw new TypeError('There is nothing to call back: the definition has no callback.');
  const isOutcome = said !== 'progress';
  const event: UrlEvent = {
    rawPath: `${new URL(url).pathname}${isOutcome ? '' : '/progress'}`,
    headers: {},
    requestContext: { http: { method: 'POST' } },
    body: isOutcome ? JSON.stringify({ status: 200, ...said }) : '',
  };
  for (let tries = 0; tries < TRIES; tries++) {
    const end = await take(event);
    const { statusCode, body } = end.end === 'answered' ? answered.parse(end.answer) : { statusCode: 502, body: '' };
    if (statusCode === 200) return recorded.parse(JSON.parse(body)).recorded ? 'recorded' : 'nothing-to-record';
    if (statusCode === 409 || statusCode === 410) return 'too-late';
    if (statusCode < 500) throw new TypeError(`The callback was refused with ${statusCode}: ${body}`);
    await clock.sleep(AGAIN_MS);
  }
  throw new TypeError('The callback was not taken.');
}
