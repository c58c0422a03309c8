import { randomBytes, timingSafeEqual } from 'node:crypto';

/** What of a request says who sends it. */
export interface Sender {
  readonly method: string;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

/**
 * Who may see the console: a browser that brought the one-time token, and has had a cookie since. Pages of other sites, which the
 * same browser shows, can send requests to this machine as well, and a name of theirs may lead to 127.0.0.1: each request says by its
 * own headers where it comes from.
 */
export class Access {
  /** Cookies know no ports: two consoles on one machine must not take each other's. */
  readonly cookieName: string;
  readonly #hosts: readonly string[];
  #token: string | null = null;
  readonly #session = secret();

  constructor(port: number) {
    this.cookieName = `microprocess-${port}`;
    this.#hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  /** The token that the next browser exchanges; a new one makes the one before it void. */
  renew(): string {
    this.#token = secret();
    return this.#token;
  }

  /** Takes the token, once, and gives the session's cookie; null where it isn't the token, or was taken before. */
  exchange(token: string): string | null {
    if (this.#token === null || !isSame(token, this.#token)) return null;
    this.#token = null;
    return this.#session;
  }

  /** Whether a request came to this server by its own name, and from no other site's page. */
  isFromHere({ method, header }: Sender): boolean {
    if (!this.#hosts.includes(header('host') ?? '')) return false;
    // `none`: typed, or opened by a terminal. Absent: a browser that doesn't say.
    if (!['same-origin', 'none', undefined].includes(header('sec-fetch-site'))) return false;
    const origin = header('origin');
    if (method === 'GET' || method === 'HEAD') return origin === undefined || this.#isOwn(origin);
    return origin !== undefined && this.#isOwn(origin);
  }

  /** Whether a cookie of the request is the session's. */
  isKnown(cookie: string | undefined): boolean {
    return cookie !== undefined && isSame(cookie, this.#session);
  }

  #isOwn(origin: string): boolean {
    return this.#hosts.some((host) => origin === `http://${host}`);
  }
}

const secret = () => randomBytes(32).toString('base64url');

/** Compares in a time that says nothing of where two texts differ. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
