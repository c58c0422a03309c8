import { errors } from 'undici';
import type { CallFailure } from '../../domain/answers.ts';

/** Why a call has no answer, or none that can be used, where we found it ourselves. */
export class CallError extends Error {
  readonly reason: CallFailure;

  constructor(reason: CallFailure) {
    super(reason);
    this.reason = reason;
  }
}

const CODES: ReadonlyMap<string, CallFailure> = new Map([
  ['ECONNREFUSED', 'connection-refused'],
  ['ECONNRESET', 'connection-reset'],
  ['EPIPE', 'connection-reset'],
  ['UND_ERR_SOCKET', 'connection-reset'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['UND_ERR_HEADERS_OVERFLOW', 'headers-too-large'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'bad-http'],
]);

/** What undici ends a connection with, of which the code says only that it ended. */
const SOCKET_MESSAGES: ReadonlyMap<string, CallFailure> = new Map([
  // A `100 Continue` that nobody asked for: undici gives up where the answer would only follow.
  ['bad response', 'unasked-continue'],
  ['bad upgrade', 'bad-http'],
]);

/** The reason code of whatever a call ended with. */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof CallError) return error.reason;
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) return 'bad-request';
  if (error instanceof errors.HTTPParserError) return 'bad-http';
  if (!(error instanceof Error)) return 'network';
  const known = error instanceof errors.SocketError ? SOCKET_MESSAGES.get(error.message) : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code)) return 'tls';
  return known ?? CODES.get(code) ?? (error.cause instanceof Error ? failureOf(error.cause) : 'network');
}
