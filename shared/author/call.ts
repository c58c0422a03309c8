/** A text, number or truth value as it stands in a path, a query or a form. */
type Plain = string | number | boolean;
/** Several values of one name, or one; null and undefined leave it out. */
type Values = Readonly<Record<string, Plain | readonly Plain[] | null | undefined>>;

/** What an item's call is, where it is more than a JSON body. What is left out is as the definition's `endpoint` says. */
export interface CallOptions<B = unknown> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments of the path, each encoded: `['companies', id]` is `/companies/7%2F8`. In place of the definition's path. */
  readonly path?: readonly Plain[];
  readonly query?: Values;
  /** Beside ours, none of which it may name: `microprocess-…`, `idempotency-key`, `traceparent`, and what HTTP itself needs. */
  readonly headers?: Readonly<Record<string, Plain>>;
  /** Body: one of these three, or none. Without a word GET and DELETE have none. */
  readonly json?: B;
  readonly form?: Values;
  readonly text?: string;
}

const KIND = Symbol.for('microprocess.call');

/** What {@link call} gives. */
export interface Call<B = unknown> extends CallOptions<B> {
  readonly [KIND]: true;
}

/**
 * A call of its own shape, to be given by a definition's `request`: method, path, query, headers and body of one item. It is checked, and the
 * child fails without a call where it isn't one: hosts come from the definition, and no item can lead a call elsewhere.
 *
 * @example
 * request: ({ id, year }) => call({ method: 'GET', path: ['companies', id, 'score'], query: { year } }),
 */
export function call<B = unknown>(options: CallOptions<B>): Call<B> {
  return { ...options, [KIND]: true };
}

/** Whether what `request` gave is a call, also one of another copy of this package. */
export function isCall(given: unknown): given is Call {
  return typeof given === 'object' && given !== null && KIND in given;
}
