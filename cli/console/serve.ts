import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { listenLocally } from '../../local/loopback.ts';
import { Access } from './access.ts';
import { consoleApp } from './app.ts';
import type { Desks } from './desk.ts';

/** A console that is served. */
export interface Served {
  /** A link that works once, to a path of the console; it makes the one before it void. */
  link(path?: string): string;
  stop(): Promise<void>;
}

/** Serves the console at a free port of 127.0.0.1, where this machine alone reaches it. */
export async function serveConsole(desks: Desks): Promise<Served> {
  const server = createServer();
  const { url, stop } = await listenLocally(server);
  const access = new Access(Number(new URL(url).port));
  server.on('request', getRequestListener(consoleApp(desks, access).fetch));
  return {
    link: (path = '/') => `${url}/enter?${new URLSearchParams({ token: access.renew(), to: path })}`,
    stop,
  };
}
