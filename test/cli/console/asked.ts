import { Access } from '../../../cli/console/access.ts';
import { consoleApp } from '../../../cli/console/app.ts';
import type { Desks } from '../../../cli/console/desk.ts';

export const PORT = 4_100;
const ORIGIN = `http://127.0.0.1:${PORT}`;

/** A console as the one browser that brought its token sees it. */
export function askedConsole(desks: Desks) {
  const access = new Access(PORT);
  const app = consoleApp(desks, access);
  const headers = {
    host: new URL(ORIGIN).host,
    origin: ORIGIN,
    cookie: `${access.cookieName}=${access.exchange(access.renew())}`,
  };
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.request(path, { ...init, headers: { ...headers, ...init.headers } });
  return {
    access,
    app,
    ask,
    page: async (path: string) => (await ask(path)).text(),
    form: (path: string, fields: Record<string, string> = {}) =>
      ask(path, { method: 'POST', body: new URLSearchParams(fields) }),
  };
}
