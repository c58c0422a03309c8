import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { HostAddress } from './host-file.ts';

/** What another terminal may ask of a running host. */
export interface AdminActions {
  /** Disables the work queue's mapping, as pausing a deployed pipeline does. */
  pause(): Promise<void>;
  resume(): void;
}

/**
 * Serves the actions on a free port of 127.0.0.1 to whoever can read the host's file: the token keeps out web pages, which
 * can send requests to this machine too.
 */
export async function startAdmin(
  actions: AdminActions,
): Promise<{ address: HostAddress['admin']; stop(): Promise<void> }> {
  const token = randomUUID();
  const routes = new Map<string | undefined, () => void | Promise<void>>([
    ['/pause', actions.pause],
    ['/resume', actions.resume],
  ]);
  const server = createServer(async ({ headers, method, url }, response) => {
    const action = routes.get(url);
    if (headers.authorization !== `Bearer ${token}`) response.statusCode = 401;
    else if (method !== 'POST' || !action) response.statusCode = 404;
    else {
      await action();
      response.statusCode = 204;
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`Unexpected address ${bound}.`);
  return {
    address: { url: `http://127.0.0.1:${bound.port}`, token },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Asks a running host to act; resolves when it has. @throws {Error} where it doesn't answer or refuses */
export async function callAdmin({ url, token }: HostAddress['admin'], action: keyof AdminActions): Promise<void> {
  const response = await fetch(`${url}/${action}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`The running host answered ${response.status} when asked to ${action}.`);
}
