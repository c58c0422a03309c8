import { once } from 'node:events';
import type { Server } from 'node:http';
import * as z from 'zod';

/** Where a server of a measurement listens, on a free port of this machine alone, and its end. */
export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

export async function listening(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
