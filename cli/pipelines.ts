import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { PROJECT_DIR } from '../local/project.ts';
import type { Pipeline } from '../shared/domain/definition.ts';
import { InputError, show } from '../shared/domain/errors.ts';

const FOLDER = join(PROJECT_DIR, 'pipelines');

/** Names of all pipelines: the folders of pipelines/ that have an index.ts. */
export function pipelineNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'index.ts')))
    .map(({ name }) => name)
    .sort();
}

const module = z.object({ default: z.custom<Pipeline>((value) => typeof value === 'object' && value !== null) });

/**
 * Loads a pipeline's definition, which checks itself.
 * @throws {InputError} when there is none of that name
 * @throws {DefinitionError} when it isn't valid
 */
export async function loadPipeline(name: string): Promise<Pipeline> {
  const names = pipelineNames();
  if (!names.includes(name)) {
    throw new InputError(`There is no pipeline ${show(name)}. Pipelines here: ${names.join(', ') || '(none)'}.`);
  }
  return module.parse(await import(pathToFileURL(join(FOLDER, name, 'index.ts')).href)).default;
}
