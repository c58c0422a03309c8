import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline } from '../shared/author/definition.ts';
import { InfraError } from './errors.ts';

/** A pipeline found in a folder, with the module its functions are bundled with. */
export interface FoundPipeline {
  readonly pipeline: Pipeline;
  /** Absolute path of the folder's index.ts. */
  readonly entry: string;
}

/**
 * Loads every `<folder>/<name>/index.ts`, sorted by name. Adding a pipeline is adding a folder.
 * @throws {InfraError} where a folder's default export isn't a definition, or is one of another name.
 */
export async function findPipelines(folder: string): Promise<FoundPipeline[]> {
  const found: FoundPipeline[] = [];
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const entry = join(folder, name, 'index.ts');
    if (!existsSync(entry)) continue;
    const loaded: unknown = await import(pathToFileURL(entry).href);
    const pipeline = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'default') : undefined;
    if (!isPipeline(pipeline)) {
      throw new InfraError(
        `${entry} must export what definePipeline returned as its default, received ${typeof pipeline}.`,
      );
    }
    // Keys, IAM fences and bundles all go by the name: two spellings of one pipeline would part them.
    if (pipeline.name !== name) {
      throw new InfraError(
        `${entry} defines the pipeline ${JSON.stringify(pipeline.name)}; its folder's name, ${name}, is allowed.`,
      );
    }
    found.push({ pipeline, entry });
  }
  return found.sort((a, b) => (a.pipeline.name < b.pipeline.name ? -1 : 1));
}

/** definePipeline has checked the rest: this only tells its result from something else. */
function isPipeline(value: unknown): value is Pipeline {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'endpoint' in value && 'deadlineHours' in value
  );
}
