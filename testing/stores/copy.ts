/**
 * A value kept as JSON text, so that what was written, what is stored and what is read share nothing. What JSON can't
 * carry (a Map, undefined, NaN) doesn't come back: a real store wouldn't give it back either.
 */
export class Copy<T> {
  readonly #json: string;
  /** Length of the JSON in bytes. */
  readonly bytes: number;

  constructor(value: T) {
    this.#json = JSON.stringify(value);
    this.bytes = Buffer.byteLength(this.#json);
  }

  /** A fresh copy, each time. */
  get value(): T {
    return JSON.parse(this.#json);
  }
}
