import type { Server } from 'node:http';

export const LOOPBACK = '127.0.0.1';

/** Has a server listen on a free port of this machine alone; gives its URL. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Unexpected address ${address}.`);
  return `http://${LOOPBACK}:${address.port}`;
}
