import type { FunctionName } from '../functions/system.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import { mapValues } from '../shared/domain/records.ts';
import type { MakeHandler, System } from '../shared/lambda/declaration.ts';

/** Declared functions with their handlers loaded: a world makes environments without waiting for a file. */
export interface LoadedSystem {
  readonly system: System<FunctionName>;
  readonly handlers: ReadonlyMap<string, MakeHandler>;
}

export async function loaded(system: System<FunctionName>): Promise<LoadedSystem> {
  const handlers = new Map<string, MakeHandler>();
  await Promise.all(
    Object.values(
      mapValues(system.functions, async ({ load }, name) => {
        handlers.set(name, await load());
      }),
    ),
  );
  return { system, handlers };
}

/** A definition as it is deployed. */
export interface Release {
  readonly pipeline: Pipeline;
  readonly reduceDigest: string;
}
