import { type FunctionName, SYSTEM } from '../functions/system.ts';
import type { System } from '../shared/lambda/declaration.ts';
import { type LoadedPipeline, loadSync } from '../shared/project/load-sync.ts';
import { ownModule } from '../shared/project/project.mjs';

/** What the constructs deploy. Tests give another one; users have {@link ENGINE}. */
export interface Engine {
  readonly system: System<FunctionName>;
  /** Absolute path of a function's module. */
  functionEntry(name: string): string;
  /** The definition that a module exports. */
  load(entry: string): LoadedPipeline;
}

/** This package's own functions. */
export const ENGINE: Engine = {
  system: SYSTEM,
  functionEntry: (name) => ownModule(`functions/${name}/index`),
  load: loadSync,
};
