import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { RunResource } from '../../shared/domain/http-api/runs.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Desk } from './deps.ts';
import type { Env } from './env.ts';
import { viewRun } from './run-view.ts';

/** Between two looks at a run. */
const EVERY_MS = 1_000;
/** A client that hears nothing for longer could not tell a connection that is gone from a run that stands still. */
const HEARTBEAT_MS = 15_000;
/** Lambda never learns that a client is gone: a stream ends before the function's time-out, and the client comes again. */
const LONGEST_MS = 55_000;
const COME_AGAIN_MS = 1_000;

/** What a snapshot is called: what a client saw last says which ones are new to it, and no log of them is needed. */
interface Version {
  /** Grows with everything that moves; Infinity once the run has ended. */
  readonly progress: number;
  readonly status: string;
}

const END = 'end';

/** A version as an event's id. */
const idOf = ({ progress, status }: Version) => `${progress === Number.POSITIVE_INFINITY ? END : progress}.${status}`;

function versionIn(id: string | undefined): Version | null {
  const [, progress, status] = /^(\d{1,15}|end)\.([a-z-]{1,40})$/.exec(id ?? '') ?? [];
  if (progress === undefined || status === undefined) return null;
  return { progress: progress === END ? Number.POSITIVE_INFINITY : Number(progress), status };
}

function versionOf({ status, progress }: Pick<RunResource, 'status' | 'progress'>): Version {
  const { total, totalKnown, succeeded, failed, retried } = progress;
  // The end's counts are the report's own, and no longer the display's.
  const moved = total + Number(totalKnown) + succeeded + failed + retried;
  return { progress: isFinal(status) ? Number.POSITIVE_INFINITY : moved, status };
}

/** A look that lags shows less than was shown: that is no news. A run that is paused, or goes on, is. */
const isNews = (now: Version, shown: Version | null): boolean =>
  shown === null || now.progress > shown.progress || (now.progress === shown.progress && now.status !== shown.status);

/**
 * Streams snapshots of a run as server-sent events, each time it has moved, and its end. A client that comes again says what it saw last; once
 * that was the end, it is told with 204 not to come any more.
 */
export function streamRun(c: Context<Env>, desk: Desk, first: RunRecord, read: () => Promise<RunRecord>): Response {
  const shown = versionIn(c.req.header('last-event-id'));
  if (isFinal(first.status) && shown?.progress === Number.POSITIVE_INFINITY) return c.body(null, 204);
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
  const answer = streamSSE(c, async (sse) => {
    try {
      await sendSnapshots(sse, desk, read, shown);
    } catch (error) {
      // A client that comes again may have more luck: nothing of the error is for it.
      desk.log.warn('A stream of events broke off.', { run: first.run, error: String(error) });
    }
  });
  // Of the connection, which the server and Lambda say themselves.
  for (const name of ['transfer-encoding', 'connection']) answer.headers.delete(name);
  return answer;
}

async function sendSnapshots(
  sse: SSEStreamingApi,
  desk: Desk,
  read: () => Promise<RunRecord>,
  seen: Version | null,
): Promise<void> {
  const { clock } = desk;
  const until = clock.now() + LONGEST_MS;
  let shown = seen;
  let quietSince = clock.now();
  let wake = () => {};
  sse.onAbort(() => wake());
  /** Until the next look, or until the client is gone. */
  const pause = () =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(EVERY_MS, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  while (!sse.aborted && !sse.closed) {
    const view = await viewRun(desk, await read());
    const version = versionOf(view);
    const isEnd = isFinal(view.status);
    if (isNews(version, shown)) {
      const event = { event: isEnd ? END : 'progress', id: idOf(version), retry: COME_AGAIN_MS };
      await sse.writeSSE({ ...event, data: JSON.stringify(view) });
      shown = version;
      quietSince = clock.now();
    } else if (clock.now() - quietSince >= HEARTBEAT_MS) {
      await sse.write(': still here\n\n');
      quietSince = clock.now();
    }
    if (isEnd || clock.now() + EVERY_MS > until) return;
    await pause();
  }
}
