import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import {
  ChildNotFoundError,
  InputError,
  MicroprocessError,
  ObjectNotFoundError,
  RunConflictError,
  RunNotFoundError,
  RunPurgedError,
} from '../../shared/domain/errors.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import type { Access } from './access.ts';
import { addActs } from './acts.ts';
import { readAssets } from './assets.ts';
import type { Desks } from './desk.ts';
import { layout, live, POLICY } from './layout.ts';
import { addLimitsRoutes } from './limits-routes.ts';
import { Looks } from './looks.ts';
import { livePath } from './paths.ts';
import { addPipelineRoutes } from './pipeline-routes.ts';
import { runLive } from './run-page.ts';
import { addRunRoutes } from './run-routes.ts';
import { runsPage } from './runs-page.ts';

/** A browser that hears nothing for longer could not tell a server that is gone from a run that stands still. */
const HEARTBEAT_MS = 15_000;

/** The console's pages over the use cases of the command line. Nobody is served but the browser that brought the token. */
export function consoleApp(desks: Desks, access: Access): Hono {
  const app = new Hono();
  const looks = new Looks(desks);
  const assets = readAssets();

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    if (!access.isFromHere({ method: c.req.method, header: (name) => c.req.header(name) })) return refuse(c);
    const isEntry = c.req.method === 'GET' && c.req.path === '/enter';
    if (!isEntry && !access.isKnown(getCookie(c, access.cookieName))) return refuse(c);
    return next();
  });

  app.get('/enter', (c) => {
    const session = access.exchange(c.req.query('token') ?? '');
    // The same link again, in the browser that has had its cookie since.
    if (session === null && !access.isKnown(getCookie(c, access.cookieName))) return refuse(c);
    if (session !== null) {
      setCookie(c, access.cookieName, session, { httpOnly: true, sameSite: 'Strict', path: '/' });
    }
    const to = c.req.query('to') ?? '/';
    // A path of ours: what begins with two slashes would be another host.
    return c.redirect(/^\/(?![/\\])/.test(to) ? to : '/', 303);
  });

  app.get('/assets/:name', (c) => {
    const asset = assets[c.req.param('name')];
    if (!asset) return c.notFound();
    return c.body(asset.text, 200, { 'content-type': asset.type, 'cache-control': 'private, max-age=3600' });
  });

  app.get('/', async (c) => {
    const overview = await looks.overview();
    return c.html(layout({ title: 'Runs', place: desks.place, body: live('/live', runsPage(overview)) }));
  });
  app.get('/live', (c) => stream(c, looks.everyMs, async () => ({ part: runsPage(await looks.overview()) })));

  app.get('/runs/:pipeline/:run', async (c) => {
    const { pipeline, run } = c.req.param();
    const look = await looks.run(pipeline, run);
    const body = isFinal(look.progress.record.status) ? runLive(look) : live(livePath(pipeline, run), runLive(look));
    return c.html(layout({ title: `Run ${run}`, place: desks.place, body }));
  });
  app.get('/live/:pipeline/:run', (c) =>
    stream(c, looks.everyMs, async () => {
      const look = await looks.run(c.req.param('pipeline'), c.req.param('run'));
      return { part: runLive(look), isLast: isFinal(look.progress.record.status) };
    }),
  );

  addRunRoutes(app, desks);
  addPipelineRoutes(app, desks);
  addLimitsRoutes(app, desks);
  addActs(app, desks);

  app.notFound((c) => c.html(message(desks, 'There is no such page', 'Its address may be of another release.'), 404));
  app.onError((error, c) => {
    const isUsers = error instanceof MicroprocessError;
    return c.html(message(desks, 'That did not work', error.message), isUsers ? statusOf(error) : 500);
  });
  return app;
}

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

function refuse(c: Context) {
  return c.text(
    'Not for this request. Open the console by the link that its terminal shows; each link works once. For another one: microprocess console.\n',
    403,
  );
}

/** What an error is to a browser. */
function statusOf(error: MicroprocessError): 400 | 404 | 409 | 502 {
  if (error instanceof RunNotFoundError || error instanceof ChildNotFoundError || error instanceof ObjectNotFoundError)
    return 404;
  if (error instanceof RunConflictError || error instanceof RunPurgedError) return 409;
  return error instanceof InputError ? 400 : 502;
}

function message({ place }: Desks, title: string, text: string): Html {
  return layout({
    title,
    place,
    body: html`<header><h1>${title}</h1></header><section role="alert"><pre>${text}</pre></section>`,
  });
}

/** Sends a part of a page each time it has changed, until the browser leaves or nothing changes any more. */
function stream(c: Context, everyMs: number, look: () => Promise<{ part: Html; isLast?: boolean }>) {
  return streamSSE(c, async (sse) => {
    let last = '';
    let quietMs = 0;
    while (!sse.aborted && !sse.closed) {
      const { part, isLast = false } = await look().catch((error: Error) => ({ part: gone(error), isLast: false }));
      const text = String(await part);
      quietMs = text === last ? quietMs + everyMs : 0;
      if (text !== last) await sse.writeSSE({ data: text });
      else if (quietMs >= HEARTBEAT_MS) {
        quietMs = 0;
        await sse.write(': still here\n\n');
      }
      last = text;
      // The browser would ask again at once: it keeps the connection, and costs nothing.
      await (isLast ? untilAborted(sse) : sse.sleep(everyMs));
    }
  });
}

const untilAborted = (sse: { onAbort(heard: () => void): void }) =>
  new Promise<void>((resolve) => sse.onAbort(() => resolve()));

/** In the place of what can't be read just now; the next look may. */
const gone = ({ message: why }: Error) =>
  html`<section role="alert"><h2>That can't be read just now</h2><pre>${why}</pre></section>`;
