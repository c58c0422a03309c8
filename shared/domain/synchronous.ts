import { ReduceError } from './errors.ts';

/**
 * What a user's function returned, if that isn't a promise: no caller here waits for one.
 * @throws {ReduceError}
 */
export function synchronous<T>(step: string, returned: T): T {
  if (!isPromise(returned)) return returned;
  // Handled here: a rejection that nobody handles ends the process.
  returned.then(undefined, () => undefined);
  throw new ReduceError(step, 'returned a promise, and a reduce is synchronous');
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
