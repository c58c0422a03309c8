import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { InputError, MicroprocessError } from '../shared/domain/errors.ts';
import type { AdminAddress, JoinRequest } from './admin.ts';
import { type WordToGuest, wordToGuest } from './guests.ts';

/** The running host doesn't take the pipeline on; the message says why. */
export class JoinRefusedError extends MicroprocessError {
  readonly code = 'join-refused';
}

/** The work on a pipeline has ended before its runs, as with its service; the message says how. */
export class WorkEndedError extends MicroprocessError {
  readonly code: string = 'work-ended';
}

/** The host has ended, and with it the work on this machine. */
export class HostGoneError extends WorkEndedError {
  override readonly code = 'host-gone';
}

/** A terminal's place in the host of another one. */
export interface Joined {
  /** True: the host works on the pipeline since this terminal asked for it, so whoever had its runs before is gone. */
  readonly fresh: boolean;
  /** Resolves with what happened when the host ends, or the pipeline's work in it. */
  readonly failure: Promise<Error>;
  /** Gives the place up: the host needn't go on for this terminal's sake. */
  leave(): void;
}

/**
 * Asks a running host to work on a pipeline, and holds a place in it: the host stays until the place is given up.
 * @param onError hears what the pipeline's functions log as errors
 * @param signal ends the waiting for an answer, which a busy host keeps one waiting for
 * @returns null where that host is gone or about to end, or the waiting was ended
 * @throws {InputError} where it works on the pipeline in another way than is asked for
 * @throws {JoinRefusedError} where it can't take the pipeline on
 */
export async function joinHost(
  { url, token }: AdminAddress,
  asked: JoinRequest,
  onError: (message: string, fields?: Record<string, unknown>) => void,
  signal?: AbortSignal,
): Promise<Joined | null> {
  if (signal?.aborted) return null;
  // An agent of its own, since Node's global one may go through a proxy.
  const sent = request(`${url}/join`, { method: 'POST', agent: false, headers: { authorization: `Bearer ${token}` } });
  sent.end(JSON.stringify(asked));
  const cut = () => void sent.destroy();
  signal?.addEventListener('abort', cut, { once: true });
  try {
    const response = await answered(sent);
    return response && (await placeIn(response, cut, onError));
  } finally {
    signal?.removeEventListener('abort', cut);
  }
}

async function placeIn(
  response: IncomingMessage,
  leave: () => void,
  onError: (message: string, fields?: Record<string, unknown>) => void,
): Promise<Joined | null> {
  let failed = (_: Error) => {};
  const failure = new Promise<Error>((resolve) => {
    failed = resolve;
  });
  let hear = (_: WordToGuest | null) => {};
  const first = new Promise<WordToGuest | null>((resolve) => {
    hear = resolve;
  });
  // A connection that is cut off is an error to both; its end is heard below.
  response.on('error', () => undefined);
  const lines = createInterface(response).on('error', () => undefined);
  lines.on('line', (line) => {
    const word = heard(line);
    if (!word) return;
    if ('error' in word) onError(word.error, word.fields);
    else if ('broken' in word) failed(new WorkEndedError(word.broken));
    else hear(word);
  });
  response.on('close', () => {
    hear(null);
    failed(new HostGoneError('The process that worked here has ended.'));
  });
  const word = await first;
  if (word && 'joined' in word) return { fresh: word.joined.fresh, failure, leave };
  leave();
  if (!word || !('refused' in word) || word.why === 'ending') return null;
  throw word.why === 'asked' ? new InputError(word.refused) : new JoinRefusedError(word.refused);
}

/** Null for a word that a newer host says, and for one that was cut off: neither is in the way of what else it says. */
function heard(line: string): WordToGuest | null {
  try {
    return wordToGuest.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** Null where nobody answers any more. */
function answered(sent: ClientRequest): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    sent.once('response', (response) => resolve(response.statusCode === 200 ? response : null));
    sent.on('error', () => resolve(null));
  });
}
