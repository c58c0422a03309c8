import type { Pipeline } from '../shared/author/definition.ts';
import { mapValues } from '../shared/domain/records.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { connect, connectPlatform } from '../shared/lambda/connect.ts';
import type { Connectors, System } from '../shared/lambda/declaration.ts';
import { endpoint } from '../shared/lambda/endpoint.ts';
import { events } from '../shared/lambda/events.ts';
import { mail } from '../shared/lambda/mail.ts';
import { environmentOf, type Resources } from '../shared/lambda/resources.ts';
import { wiringOf } from '../shared/lambda/wiring.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Process } from '../shared/ports/deps.ts';
import type { Uses } from '../shared/ports/uses.ts';
import type { LocalRoute } from './function-urls.ts';
import { LocalFunction } from './local-function.ts';

export interface LocalFunctionsOptions<N extends string> {
  readonly system: System<N>;
  readonly pipeline: Pipeline;
  /** What functions know of this machine. */
  readonly resources: Resources;
  readonly telemetry: Pick<Process, 'log' | 'metrics'>;
  readonly clock?: Clock | undefined;
}

export interface LocalFunctions {
  /** @throws what the function threw */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Those that have a route. */
  readonly routes: readonly LocalRoute[];
}

/** The declared functions, on this machine: each environment's handler gets the ports that its declaration names. */
export function localFunctions<N extends string>(options: LocalFunctionsOptions<N>): LocalFunctions {
  const { system, pipeline, clock } = options;
  const wiring = wiringOf(system, pipeline);
  const connectors = connectorsOf(options);
  const functions = new Map<string, LocalFunction>();
  const routes: LocalRoute[] = [];
  mapValues(system.functions, (declared, name) => {
    const fn = new LocalFunction({
      name: declared.scope === 'pipeline' ? `${pipeline.name}-${name}` : name,
      wiring: wiring.functions[name],
      create: async () => (await declared.load())(connectors),
      clock,
    });
    functions.set(name, fn);
    if (declared.route) routes.push({ route: declared.route, invoke: (event) => fn.invoke(event) });
  });
  return {
    async invoke(name, event) {
      const fn = functions.get(name);
      if (fn) return fn.invoke(event);
      throw new Error(`There is no function ${name}; there are ${[...functions.keys()].join(', ')}.`);
    },
    routes,
  };
}

/** As deployed: what the declaration names, from the variables of that alone. */
function connectorsOf({ pipeline, resources, telemetry }: Omit<LocalFunctionsOptions<never>, 'system'>): Connectors {
  const env = (uses: Uses) => ({ ...environmentOf(uses, resources), AWS_REGION: LOCAL_REGION });
  return {
    ofPipeline: (uses) => connect(uses, env(uses), { pipeline, telemetry, endpoint, mail, events }),
    ofPlatform: (uses) => connectPlatform(uses, env(uses), { telemetry, mail, events }),
  };
}
