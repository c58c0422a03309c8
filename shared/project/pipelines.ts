import { pathToFileURL } from 'node:url';
import type { Pipeline } from '../author/definition.ts';
import { DefinitionError, named } from '../domain/errors.ts';
import { type Project, pipelineEntry, pipelineNames } from './project.mjs';

/** A pipeline found in a project, with the module its functions are bundled with. */
export interface FoundPipeline {
  readonly pipeline: Pipeline;
  /** Absolute path of the folder's index.ts. */
  readonly entry: string;
}

/**
 * Loads every pipeline of a project, sorted by name. Adding a pipeline is adding a folder.
 * @throws {DefinitionError} as {@link loadPipeline} does
 */
export async function findPipelines(project: Pick<Project, 'pipelines'>): Promise<FoundPipeline[]> {
  const found: FoundPipeline[] = [];
  for (const name of pipelineNames(project)) {
    const entry = pipelineEntry(project, name);
    found.push({ pipeline: await loadPipeline(name, pathToFileURL(entry).href), entry });
  }
  return found;
}

/**
 * Loads a definition, which checks itself.
 * @param name of its folder
 * @param module URL of the folder's index.ts, or of what was bundled from it
 * @throws {DefinitionError} where it isn't valid, isn't a definition at all, or is one of another name than its folder
 */
export async function loadPipeline(name: string, module: string): Promise<Pipeline> {
  const loaded: unknown = await import(module).catch((error: unknown) => {
    throw error instanceof DefinitionError ? named(error, name) : error;
  });
  const pipeline = definitionIn(loaded, name);
  requireFolderName(pipeline, name);
  return pipeline;
}

/**
 * The definition that a module exports.
 * @param name what the error calls it
 * @throws {DefinitionError} where there is none
 */
export function definitionIn(module: unknown, name: string): Pipeline {
  const pipeline = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
  if (isPipeline(pipeline)) return pipeline;
  const message =
    pipeline === undefined
      ? 'is missing: write export default definePipeline({ … })'
      : 'must be what definePipeline returned: write export default definePipeline({ … })';
  throw new DefinitionError(name, [{ path: 'export default', message, received: pipeline }]);
}

/**
 * State, keys, IAM fences and bundles all go by the name: two spellings of one pipeline would part them.
 * @throws {DefinitionError} where a pipeline isn't called as its folder is
 */
export function requireFolderName(pipeline: Pipeline, folder: string): void {
  if (pipeline.name === folder) return;
  const message = `must be the name of its folder, ${JSON.stringify(folder)}`;
  throw new DefinitionError(folder, [{ path: 'name', message, received: pipeline.name }]);
}

/** definePipeline has checked the rest: this only tells its result from something else. */
function isPipeline(value: unknown): value is Pipeline {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'endpoint' in value && 'deadlineHours' in value
  );
}
