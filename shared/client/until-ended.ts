import { retryAfterMs } from '../domain/retry-after.ts';
import { pause } from './again.ts';
import type { ApiAnswer, Connection, RequestOptions } from './connection.ts';

/** The longest that the API holds a request. */
const HELD_SECONDS = 25;
const SOONEST_MS = 1_000;

/** What asks the API to hold a request until the end, for so many seconds. */
export const waiting = (seconds: number | undefined): Readonly<Record<string, string>> =>
  seconds === undefined ? {} : { prefer: `wait=${Math.ceil(seconds)}` };

/**
 * Asks for a run or task until it has ended. The API holds each request, so that the end is heard of at once; what the API thinks will
 * take longer than that is slept through here, as a held request is paid for.
 */
export async function untilEnded(connection: Connection, path: string, { signal }: RequestOptions): Promise<ApiAnswer> {
  for (;;) {
    const answer = await connection.ask({ method: 'GET', path, headers: waiting(HELD_SECONDS), signal });
    if (answer.status === 200) return answer;
    const asked = retryAfterMs(answer.headers.get('retry-after'), Date.now());
    const isHeld = answer.headers.has('preference-applied');
    const rest = isHeld ? asked - HELD_SECONDS * 1_000 : Math.max(asked, SOONEST_MS);
    if (rest > 0) await pause(rest, signal);
  }
}
