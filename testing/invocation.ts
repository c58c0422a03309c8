/** How an invocation ended. `crashed` covers the time-out: the process is gone either way. */
export type Invocation =
  | { readonly end: 'answered'; readonly answer: unknown }
  | { readonly end: 'failed'; readonly error: unknown }
  | { readonly end: 'crashed'; readonly reason: string };
