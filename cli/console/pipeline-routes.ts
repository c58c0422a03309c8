import type { Hono } from 'hono';
import * as z from 'zod';
import { readGate } from '../../shared/control/limits.ts';
import { taskLateness } from '../../shared/control/task-lateness.ts';
import { InputError } from '../../shared/domain/errors.ts';
import type { Desks } from './desk.ts';
import { fields, said } from './form.ts';
import { layout } from './layout.ts';
import { runPath } from './paths.ts';
import { pipelineBody } from './pipeline-page.ts';

const HOUR_MS = 3_600_000;

const startForm = z.object({
  limit: said(z.coerce.number().min(1)),
  params: said(z.string().max(32_768)),
});

/** A pipeline's own page, and starting a run. */
export function addPipelineRoutes(app: Hono, desks: Desks): void {
  app.get('/pipelines/:pipeline', async (c) => {
    const pipeline = c.req.param('pipeline');
    const { deps, isWorkedOn } = await desks.open(pipeline);
    const body = pipelineBody({
      pipeline: deps.pipeline,
      isWorkedOn,
      gate: await readGate(deps),
      lateness: deps.pipeline.tasks && (await taskLateness(deps, deps.clock.now() - HOUR_MS)),
      now: deps.clock.now(),
    });
    return c.html(layout({ title: `Pipeline ${pipeline}`, place: desks.place, body }));
  });

  app.post('/pipelines/:pipeline/start', async (c) => {
    const pipeline = c.req.param('pipeline');
    const { limit, params } = fields(startForm, await c.req.parseBody());
    const desk = await desks.open(pipeline);
    const { runId } = await desk.start({ limit, params: params === undefined ? undefined : json(params) });
    return c.redirect(runPath(pipeline, runId), 303);
  });
}

function json(text: string) {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    throw new InputError('params: it must be JSON, such as {"country":"AU"}.');
  }
}
