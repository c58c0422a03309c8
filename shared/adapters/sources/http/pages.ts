import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CalledEndpoint } from '../../../author/source.ts';
import { type CallFailure, meaningOfFailure, meaningOfStatus } from '../../../domain/answers.ts';
import { SourceDataError, SourceUnavailableError } from '../../../domain/errors.ts';
import { type Json, readItems } from '../../../domain/json.ts';
import type { JsonPath } from '../../../domain/json-scan.ts';
import { parseHttpDate, retryAfterMs } from '../../../domain/retry-after.ts';
import { signerFor } from '../../endpoints/auth.ts';
import { connectionsTo, isRefused } from '../../endpoints/connections.ts';
import { credentialsOf } from '../../endpoints/credentials.ts';
import { type Answer, exchange } from '../../endpoints/exchange.ts';
import { CallError, failureOf } from '../../endpoints/failure.ts';
import { Secrets } from '../../endpoints/secrets.ts';

/** A page of a list as its service gave it. */
export interface HttpPage {
  readonly body: Json;
  /** Where an object of the body has a key twice. */
  readonly twice: readonly JsonPath[];
  /** The header `Link`, whole. */
  readonly link: string | null;
}

export interface HttpPagesOptions {
  readonly called: CalledEndpoint;
  readonly secret: (name: string) => Promise<string>;
  readonly timeoutSeconds: number;
  readonly maxResponseBytes: number;
  /** Waits before a page is asked for again; default: by the clock. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Requests for one page at most. Behind them the slice is tried again later, as with every source that fails. */
const TRIES = 6;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A splitter has two minutes at a time: a service that wants a longer pause is asked again by a later one. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Fetches pages of one list, one at a time. Redirects are not followed. */
export class HttpPages {
  readonly #url: URL;
  readonly #options: HttpPagesOptions;
  readonly #connections;
  readonly #credentials;
  readonly #signer;

  constructor(options: HttpPagesOptions) {
    const { url, mayBePrivate, signedFor, region, definition } = options.called;
    this.#url = new URL(url);
    this.#options = options;
    const timeoutMs = options.timeoutSeconds * 1_000;
    this.#connections = connectionsTo({
      ...{ url: this.#url, connections: 1, timeoutMs, mayBePrivate, ca: definition.ca },
    });
    this.#credentials = credentialsOf(definition, new Secrets(options.secret));
    this.#signer = signedFor === null ? null : signerFor(signedFor, region);
  }

  /**
   * @param target path and query
   * @throws {SourceDataError} where asking again would change nothing
   */
  async get(target: string): Promise<HttpPage> {
    if (isRefused(this.#url, this.#options.called.mayBePrivate)) throw notRead('address-not-allowed');
    const { wait = delay } = this.#options;
    for (let tried = 1; ; tried++) {
      const got = await this.#once(target);
      if ('body' in got) return got;
      if (tried === TRIES || got.afterMs > LONGEST_RETRY_AFTER_MS)
        throw new SourceUnavailableError(`A page of the list wasn't read: ${got.reason}, ${tried} times running.`);
      const longest = Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS);
      await wait(Math.max(got.afterMs, longest * (0.5 + Math.random() / 2)));
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #once(target: string): Promise<HttpPage | { readonly reason: string; readonly afterMs: number }> {
    try {
      let { answer, link } = await this.#ask(target);
      // Rotated meanwhile, perhaps.
      if (answer.httpStatus === 401 && (await this.#credentials?.renew())) ({ answer, link } = await this.#ask(target));
      const { meaning, reason } = meaningOfStatus(answer.httpStatus, answer.fromAws);
      if (meaning === 'final') throw notRead(reason);
      if (meaning !== 'succeeded') return { reason, afterMs: retryAfterMs(answer.retryAfter, serviceTime(answer)) };
      const read = readItems(answer.body);
      return 'value' in read ? { body: read.value, twice: read.twice, link } : again(read.problem);
    } catch (error) {
      if (error instanceof SourceDataError) throw error;
      return again(failureOf(error));
    }
  }

  async #ask(target: string): Promise<{ answer: Answer; link: string | null }> {
    const headers = { accept: 'application/json', ...(await this.#letIn()) };
    const sent = { method: 'GET', path: target, headers, body: null } as const;
    const signed = this.#signer ? await this.#signer.sign({ ...sent, url: this.#url }) : headers;
    let link: string | null = null;
    const answer = await exchange(
      this.#connections.kept,
      { ...sent, headers: signed },
      {
        timeoutMs: this.#options.timeoutSeconds * 1_000,
        maxResponseBytes: this.#options.maxResponseBytes,
        onHeaders: ({ link: given }) => {
          link = (Array.isArray(given) ? given.join(', ') : given) ?? null;
        },
      },
    );
    return { answer, link };
  }

  async #letIn(): Promise<Record<string, string>> {
    try {
      return (await this.#credentials?.headersOf(randomUUID(), null)) ?? {};
    } catch {
      // Its message may name what it shouldn't.
      throw new CallError('no-credentials');
    }
  }
}

/** @throws {SourceDataError} where the failure is one for good */
function again(failure: CallFailure) {
  if (meaningOfFailure(failure) === 'final') throw notRead(failure);
  return { reason: failure, afterMs: 0 };
}

const notRead = (reason: string) => new SourceDataError(`A page of the list can't be read: ${reason}.`);

/** Its own clock, where it says so. */
function serviceTime({ date }: Answer): number {
  const now = Date.now();
  return (date === null ? null : parseHttpDate(date, now)) ?? now;
}
