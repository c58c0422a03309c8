import { probing } from './cap.ts';
import { type EndpointState, MOST_SHUT_MS } from './endpoint-state.ts';

/** Answers that a forwarder process looks back on. */
const WINDOW = 20;
/** How long an endpoint is shut first; twice as long each time. */
const FIRST_SHUT_MS = 5_000;

/** The last answers of one forwarder process. */
export class AnswerWindow {
  /** Newest last: whether it was bad. */
  #answers: boolean[] = [];

  /** @returns half of the last twenty are bad */
  add(isBad: boolean): boolean {
    this.#answers.push(isBad);
    if (this.#answers.length > WINDOW) this.#answers.shift();
    return (
      isBad && this.#answers.length === WINDOW && this.#answers.reduce((sum, bad) => sum + (bad ? 2 : 0), 0) >= WINDOW
    );
  }

  /** What came before an endpoint was shut says nothing of it afterwards. */
  clear(): void {
    this.#answers = [];
  }
}

/**
 * The endpoint once its breaker has opened: shut, and called one at a time behind that.
 * @param failingFor of the call that opened it
 */
export function broken(state: EndpointState, now: number, failingFor: string): EndpointState {
  const shutUntil = Math.max(
    state.shutUntil,
    now + Math.min(FIRST_SHUT_MS * 2 ** Math.min(state.level, 10), MOST_SHUT_MS),
  );
  return { ...state, shutUntil, level: state.level + 1, failingFor, cap: probing(shutUntil, now) };
}

/** The endpoint once a call has succeeded: the cap grows from here. */
export function mended(state: EndpointState, now: number): EndpointState {
  return { ...state, level: 0, failingFor: null, cap: probing(now, now) };
}
