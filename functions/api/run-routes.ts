import type { Context, Hono } from 'hono';
import { markCancelled } from '../../shared/control/control.ts';
import { existingRun } from '../../shared/control/existing-run.ts';
import { handOverItems } from '../../shared/control/hand-over-items.ts';
import { acceptRun, validated } from '../../shared/control/start.ts';
import type { ACTS } from '../../shared/domain/acts.ts';
import { kindOf, RunConflictError, RunNotFoundError } from '../../shared/domain/errors.ts';
import { WRITES } from '../../shared/domain/format.ts';
import { newRun, type RunResource } from '../../shared/domain/http-api/runs.ts';
import { RUN_ID } from '../../shared/domain/ids.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import { readBody } from './body.ts';
import { type ApiCaller, idOf } from './callers.ts';
import type { Completions } from './completions.ts';
import type { Desk } from './deps.ts';
import type { Env } from './env.ts';
import { streamRun } from './events.ts';
import { idempotencyKey, waitSeconds } from './headers.ts';
import { Problem } from './problems.ts';
import { linksOf, retryAfter, runPaths, viewRun } from './run-view.ts';

/** Long enough to follow a redirect, also over a slow line; a download that has begun goes on. */
const FOLLOW_SECONDS = 60;
const MOST_LISTED = 100;

export interface RunRoutes {
  readonly completions: Completions;
  /** The ports of a pipeline. @throws {Problem} where there is none of that name */
  deskOf(pipeline: string): Promise<Desk>;
}

/** Starts, shows and cancels runs. */
export function addRunRoutes(app: Hono<Env>, { completions, deskOf }: RunRoutes): void {
  const deskIn = (c: Context<Env>) => deskOf(c.req.param('pipeline') ?? '');

  app.post('/pipelines/:pipeline/runs', async (c) => {
    const desk = await deskIn(c);
    const { pipeline, clock } = desk;
    const caller = c.var.caller;
    const seconds = waitSeconds(c);
    const { id, ...rest } = await readBody(c, newRun);
    const key = idempotencyKey(c);
    if (key !== null && id !== undefined)
      throw new Problem('bad-request', 'id: is given beside an Idempotency-Key, which names the run too.');
    const runId = key === null ? id : idOf(caller, key);
    const asked = { ...rest, ...(runId !== undefined && { runId }) };
    // Refused before anything is stored.
    validated(pipeline, { ...asked, items: undefined });
    const request = await handOverItems(desk.objects, asked);
    const hooks = { created: (run: string) => record(desk, 'start', run, caller) };
    const { record: accepted } = await acceptRun(desk, request, 'api', hooks).catch((error: unknown) => {
      if (key !== null && error instanceof RunConflictError) throw new Problem('key-reused');
      throw error;
    });
    if (accepted.status === 'planned') await continueRun(desk, accepted.run);
    await completions.wait(
      { kind: 'run', pipeline: pipeline.name, id: accepted.run },
      clock.now() + seconds * 1_000,
      c.req.raw.signal,
    );
    // What was just accepted needs no second look, unless it was waited for.
    return answerRun(c, desk, seconds > 0 ? await existing(desk, accepted.run) : accepted, seconds > 0);
  });

  app.get('/pipelines/:pipeline/runs', async (c) => {
    const desk = await deskIn(c);
    const runs = await desk.stores.runs.list({ limit: MOST_LISTED });
    return c.json({
      runs: runs.map((each) => ({
        id: each.run,
        status: each.status,
        startedAt: new Date(each.startedAt).toISOString(),
        endedAt: each.endedAt === null ? null : new Date(each.endedAt).toISOString(),
        links: linksOf(desk.pipeline.name, each),
      })),
    });
  });

  app.get('/pipelines/:pipeline/runs/:run', async (c) => {
    const desk = await deskIn(c);
    const seconds = waitSeconds(c);
    const found = await existing(desk, c.req.param('run'));
    if (seconds === 0 || isFinal(found.status)) return answerRun(c, desk, found, true);
    await completions.wait(
      { kind: 'run', pipeline: desk.pipeline.name, id: found.run },
      desk.clock.now() + seconds * 1_000,
      c.req.raw.signal,
    );
    return answerRun(c, desk, await existing(desk, found.run), true);
  });

  app.delete('/pipelines/:pipeline/runs/:run', async (c) => {
    const desk = await deskIn(c);
    const before = await existing(desk, c.req.param('run'));
    const { run } = before;
    const after = isFinal(before.status) ? before : await markCancelled(desk, run);
    if (after.status === 'closing') {
      await continueRun(desk, run);
      if (before.status !== 'closing') await record(desk, 'cancel', run, c.var.caller);
    }
    return answerRun(c, desk, after, true);
  });

  app.get('/pipelines/:pipeline/runs/:run/events', async (c) => {
    const desk = await deskIn(c);
    const found = await existing(desk, c.req.param('run'));
    return streamRun(c, desk, found, () => existing(desk, found.run));
  });

  for (const [name, key] of [
    ['report', 'html'],
    ['rows', 'csv'],
    ['summary', 'summary'],
  ] as const)
    app.get(`/pipelines/:pipeline/runs/:run/${name}`, async (c) => {
      const desk = await deskIn(c);
      const { run, status, summary } = await existing(desk, c.req.param('run'));
      if (!isFinal(status)) throw new Problem('not-ended', `It is ${status}.`);
      if (summary === null) throw new Problem('no-report');
      return c.redirect(await desk.objects.link(reportKeys(run)[key], FOLLOW_SECONDS), 303);
    });
}

/** @throws {RunNotFoundError} */
async function existing(desk: Desk, run: string): Promise<RunRecord> {
  if (!RUN_ID.test(run)) throw new RunNotFoundError(desk.pipeline.name, run);
  return existingRun(desk, run);
}

/** 202 and when to look again, while it goes on; 200 once it has ended. @param isLook whether its progress is to be read */
async function answerRun(c: Context<Env>, desk: Desk, run: RunRecord, isLook: boolean): Promise<Response> {
  const view: RunResource = await viewRun(desk, run);
  const { self } = runPaths(desk.pipeline.name, run.run);
  if (isFinal(run.status)) return c.json(view, 200, { 'content-location': self });
  const seconds = isLook ? retryAfter(view, desk.clock.now()) : 1;
  return c.json(view, 202, { location: self, 'retry-after': `${seconds}` });
}

/** Has a splitter do what the record asks for. One whose message is lost is taken up by the sweeper, or by the same request again. */
const continueRun = ({ queues, pipeline }: Desk, run: string): Promise<void> =>
  queues.split.send([
    { message: { v: WRITES, pipeline: pipeline.name, run, type: 'slice', slice: 0, continues: true } },
  ]);

/** Records who did something. It is done, and a repeat would find it so: what can't be written stands in the log alone. */
async function record(
  { stores, clock, random, log }: Desk,
  act: (typeof ACTS)[number],
  run: string,
  { name }: ApiCaller,
): Promise<void> {
  log.info('A run was acted upon.', { run, act, by: name });
  try {
    await stores.acts.record({ at: clock.now(), act, by: name, run, detail: '' }, random.id());
  } catch (error) {
    log.warn('Who acted upon a run could not be recorded.', { run, act, by: name, error: kindOf(error) });
  }
}
