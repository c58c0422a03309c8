import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import type { Pipeline } from '../../shared/author/definition.ts';
import { groupedBy } from '../../shared/domain/records.ts';
import type { Identify, Scope } from './callers.ts';
import { Completions } from './completions.ts';
import { type ApiPorts, type Definitions, type Desk, deskOf } from './deps.ts';
import type { Env } from './env.ts';
import { openApi } from './openapi.ts';
import { answerProblem, isOurs, Problem, problemOf } from './problems.ts';
import { type CallerRate, RatePerCaller } from './rate.ts';
import { addRunRoutes } from './run-routes.ts';
import { runPaths } from './run-view.ts';
import { addTaskRoutes } from './task-routes.ts';

export interface ApiOptions {
  readonly definitions: Definitions;
  readonly identify: Identify;
  readonly rate: CallerRate;
}

/** The HTTP API over the use cases of the command line. */
export function apiApp(ports: ApiPorts, { definitions, identify, rate }: ApiOptions): Hono<Env> {
  const { clock, log, metrics } = ports;
  const app = new Hono<Env>();
  const rates = new RatePerCaller(rate, () => clock.now());
  const completions = new Completions(ports);
  const desks = new WeakMap<Pipeline, Desk>();
  const desk = async (name: string): Promise<Desk> => {
    const pipeline = await definitions.find(name);
    if (!pipeline) throw new Problem('pipeline-not-found');
    const made = desks.get(pipeline) ?? deskOf(ports, pipeline);
    desks.set(pipeline, made);
    return made;
  };

  app.use(async (c, next) => {
    const since = clock.now();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    await next();
    const { method } = c.req;
    // Neither bodies nor what stands in an address: a route, and who asked.
    const by = c.get('caller')?.name ?? null;
    log.info('A request was answered.', {
      method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: clock.now() - since,
      by,
    });
    metrics.flush();
  });
  app.use(async (c, next) => {
    const caller = await identify(c);
    c.set('caller', caller);
    const seconds = rates.take(caller.id);
    if (seconds > 0) throw new Problem('too-many-requests', undefined, { 'retry-after': `${seconds}` });
    const scope = SCOPE_OF[c.req.method];
    if (scope !== undefined && !caller.scopes.has(scope))
      throw new Problem('forbidden', `It takes the scope "${scope}".`);
    await next();
  });

  app.get('/openapi.json', (c) => c.json(openApi()));
  app.get('/pipelines', (c) =>
    c.json({
      pipelines: definitions.names().map((name) => ({ name, runs: runPaths(name, '').self.slice(0, -1) })),
    }),
  );
  addRunRoutes(app, { completions, deskOf: desk });
  addTaskRoutes(app, { completions, deskOf: desk });
  refuseOtherMethods(app);

  app.notFound((c) => answerProblem(c, new Problem('not-found')));
  app.onError((error, c) => {
    if (isOurs(error)) {
      metrics.count('RequestsFailed', 1);
      log.error('A request failed.', { error: error.stack ?? String(error) });
    }
    return answerProblem(c, problemOf(error));
  });
  return app;
}

/** What a method is the right of. */
const SCOPE_OF: Readonly<Record<string, Scope>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'run',
  PATCH: 'operate',
  DELETE: 'operate',
};

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** Says which methods an address takes, where it is asked by another one. */
function refuseOtherMethods(app: Hono<Env>): void {
  const methods = groupedBy(
    app.routes.filter(({ method }) => method !== 'ALL'),
    ({ path }) => path,
  );
  for (const [path, routes] of methods) {
    const allow = [...new Set(routes.map(({ method }) => method))].join(', ');
    app.all(path, (_: Context) => {
      throw new Problem('method-not-allowed', undefined, { allow });
    });
  }
}
