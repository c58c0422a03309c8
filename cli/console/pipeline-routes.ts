import type { Hono } from 'hono';
import * as z from 'zod';
import { clearLimits, type LimitsToSet, openEndpoint, readGate, setLimits } from '../../shared/control/limits.ts';
import { InputError } from '../../shared/domain/errors.ts';
import type { Desks } from './desk.ts';
import { layout } from './layout.ts';
import { pipelinePath, runPath } from './paths.ts';
import { pipelineBody } from './pipeline-page.ts';

const number = (least: number) => z.coerce.number().min(least).optional();
/** A field that was left empty says nothing. */
const said = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema);

const startForm = z.object({
  limit: said(number(1)),
  params: said(z.string().max(32_768).optional()),
});
/** As the command line's `--for`: 365 days. */
const LONGEST_MINUTES = 525_600;

const limitsForm = z.object({
  ratePerSecond: said(number(0.001)),
  inFlight: said(number(1)),
  minutes: said(z.coerce.number().min(1).max(LONGEST_MINUTES).optional()),
});

/** A pipeline's own page: starting a run, and what its calls are held to. */
export function addPipelineRoutes(app: Hono, desks: Desks): void {
  const page = '/pipelines/:pipeline';

  app.get(page, async (c) => {
    const pipeline = c.req.param('pipeline');
    const { deps, isWorkedOn } = await desks.open(pipeline);
    const body = pipelineBody({
      pipeline: deps.pipeline,
      isWorkedOn,
      gate: await readGate(deps),
      now: deps.clock.now(),
    });
    return c.html(layout({ title: `Pipeline ${pipeline}`, place: desks.place, body }));
  });

  app.post(`${page}/start`, async (c) => {
    const pipeline = c.req.param('pipeline');
    const { limit, params } = fields(startForm, await c.req.parseBody());
    const desk = await desks.open(pipeline);
    const { runId } = await desk.start({ limit, params: params === undefined ? undefined : json(params) });
    return c.redirect(runPath(pipeline, runId), 303);
  });

  app.post(`${page}/limits`, async (c) => {
    const pipeline = c.req.param('pipeline');
    const { minutes, ...limits } = fields(limitsForm, await c.req.parseBody());
    if (limits.ratePerSecond === undefined && limits.inFlight === undefined)
      throw new InputError('Give a rate or calls at once.');
    const desk = await desks.open(pipeline);
    await setLimits(desk.deps, { ...limits, forMs: minutes === undefined ? undefined : minutes * 60_000 });
    await desk.record({ act: 'limits', run: null, detail: inOptions(limits, minutes) });
    return c.redirect(pipelinePath(pipeline), 303);
  });

  app.post(`${page}/clear`, async (c) => {
    const pipeline = c.req.param('pipeline');
    const desk = await desks.open(pipeline);
    await clearLimits(desk.deps);
    await desk.record({ act: 'limits', run: null, detail: '--clear' });
    return c.redirect(pipelinePath(pipeline), 303);
  });

  app.post(`${page}/open`, async (c) => {
    const pipeline = c.req.param('pipeline');
    const desk = await desks.open(pipeline);
    await openEndpoint(desk.deps);
    await desk.record({ act: 'limits', run: null, detail: '--open' });
    return c.redirect(pipelinePath(pipeline), 303);
  });
}

/** Limits as the command line's options name them. */
function inOptions({ ratePerSecond, inFlight }: LimitsToSet, minutes: number | undefined): string {
  const said = { '--rate': ratePerSecond, '--in-flight': inFlight, '--for': minutes && `${minutes}m` };
  return Object.entries(said)
    .flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${value}`]))
    .join(' ');
}

/** @throws {InputError} naming the field */
function fields<T>(schema: z.ZodType<T>, form: unknown): T {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${issue?.path.join('.')}: ${issue?.message}`);
}

function json(text: string) {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    throw new InputError('params: it must be JSON, such as {"country":"AU"}.');
  }
}
