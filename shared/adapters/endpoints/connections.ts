import { type LookupAddress, type LookupAllOptions, lookup as lookUp } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { buildConnector, errors, Pool } from 'undici';
import { addressKind } from '../../domain/address.ts';
import { CallError } from './failure.ts';

/** Gives all addresses that a name leads to. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

export interface ConnectionOptions {
  readonly url: URL;
  /** Open at once at most. */
  readonly connections: number;
  readonly timeoutMs: number;
  /** Private addresses and this machine may be called too. */
  readonly mayBePrivate: boolean;
  /** A certificate authority that is trusted besides those that everybody trusts, as PEM. */
  readonly ca?: string | undefined;
  /** Default: the machine's own. */
  readonly lookup?: Lookup | undefined;
}

export interface Connections {
  /** Connections that are kept, one request at a time on each. */
  readonly kept: Pool;
  /** One for each request: none of them was idle before. */
  readonly fresh: Pool;
  /**
   * Whether a call met the end of a connection that had been kept, and no byte of an answer: the service closed it while the request was on
   * its way. A new connection has to be tried before that says anything of the service.
   */
  wasStale(error: unknown): boolean;
  /**
   * Makes other connections for the calls to come, once undici has refused to send a request: its pool takes the connection that the request
   * was meant for as busy, and never uses it again. What is on its way over the old ones ends there.
   */
  replaceKept(): void;
  close(): Promise<void>;
}

/**
 * Connections to one origin. The addresses that its name leads to are checked as they are connected to, so that a name which leads
 * elsewhere a moment later gains nothing.
 */
export function connectionsTo(options: ConnectionOptions): Connections {
  const { url, connections, timeoutMs, ca } = options;
  const received = new Received();
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: guarded(options),
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  });
  const watched: buildConnector.connector = (to, callback) =>
    connect(to, (...connected) => {
      const [error, socket] = connected;
      if (error === null && socket) received.watch(socket);
      callback(...connected);
    });
  // One timer per call, exchange's, covers all of it.
  const common = { connections, connect: watched, headersTimeout: 0, bodyTimeout: 0 };
  const keeping = () => new Pool(url.origin, { ...common, pipelining: 1, keepAliveTimeout: 30_000 });
  let kept = keeping();
  let made: Pool | undefined;
  return {
    get kept() {
      return kept;
    },
    get fresh() {
      made ??= new Pool(url.origin, { ...common, pipelining: 0 });
      return made;
    },
    wasStale: (error) => received.beyondMaking(error) > 0,
    replaceKept() {
      void kept.close();
      kept = keeping();
    },
    async close() {
      await Promise.all([kept.destroy(), made?.destroy()]);
    },
  };
}

/** Whether what a URL names is an address, and one that isn't called. A name is seen when it is looked up. */
export function isRefused({ hostname }: URL, mayBePrivate: boolean): boolean {
  const kind = addressKind(hostname);
  return kind !== null && !isAllowed(kind, mayBePrivate);
}

const isAllowed = (kind: ReturnType<typeof addressKind>, mayBePrivate: boolean) =>
  kind === 'public' || (kind === 'private' && mayBePrivate);

function guarded({ mayBePrivate, lookup = (...asked) => lookUp(...asked) }: ConnectionOptions): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const allowed = found.filter(({ address }) => isAllowed(addressKind(address), mayBePrivate));
      const [first] = allowed;
      if (first === undefined) return callback(new CallError('address-not-allowed'), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** What connections had received beyond their making when they broke. */
class Received {
  /** By the error that one broke with. */
  readonly #byError = new WeakMap<object, number>();
  /** What it took to make one, such as TLS's handshake, by its port here. */
  readonly #making = new Map<number | undefined, number>();

  watch(socket: Socket): void {
    const { localPort, bytesRead } = socket;
    this.#making.set(localPort, bytesRead);
    socket.once('error', (error) => this.#byError.set(error, socket.bytesRead - bytesRead));
    socket.once('close', () => setImmediate(() => this.#making.delete(localPort)));
  }

  /** A clean end is an error of undici's, which says what the connection had received in all. */
  beyondMaking(error: unknown): number {
    if (error instanceof errors.SocketError) {
      // Anything else that it says of a connection is about what came over it.
      if (error.message !== 'other side closed') return 0;
      const { localPort, bytesRead = 0 } = error.socket ?? {};
      return bytesRead - (this.#making.get(localPort) ?? Number.POSITIVE_INFINITY);
    }
    return typeof error === 'object' && error !== null ? (this.#byError.get(error) ?? 0) : 0;
  }
}
