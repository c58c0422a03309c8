import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server on a free port of 127.0.0.1. */
export interface Listening {
  readonly url: string;
  /** Ends it, and every connection with it. */
  stop(): Promise<void>;
}

/**
 * Lets a server listen where this machine alone reaches it.
 * @param port 0: any that is free
 */
export async function listenLocally(server: Server, port = 0): Promise<Listening> {
  server.listen(Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`Unexpected address ${bound}.`);
  return {
    url: `http://127.0.0.1:${bound.port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
