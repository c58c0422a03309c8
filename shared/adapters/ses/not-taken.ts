/** SES's own words that it took nothing because of its rate. */
const THROTTLED: ReadonlySet<string> = new Set(['TooManyRequestsException', 'ThrottlingException', 'Throttling']);

/** Certificates are looked at before anything of a request is written. */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** What the SDK's HTTP and Node say, without a code of its own, of a connection that never came to be. */
const NO_CONNECTION = /did not establish a connection|before secure TLS connection was established/;

/** Whether a mail surely didn't get to SES, so that sending it again can't send it twice: it was throttled, or no connection was made. */
export function wasNotTaken(error: unknown): boolean {
  return error instanceof Error && (THROTTLED.has(error.name) || hadNoConnection(error));
}

/** Whether a request's connection failed before anything could be sent over it. */
export function hadNoConnection(error: unknown): boolean {
  // A name with several addresses: each was tried.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(hadNoConnection);
  if (!(error instanceof Error)) return false;
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true;
  return ('code' in error && CERTIFICATE.test(String(error.code))) || NO_CONNECTION.test(error.message);
}
