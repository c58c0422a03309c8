import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { Pipeline } from '../shared/author/definition.ts';
import { DefinitionError, show } from '../shared/domain/errors.ts';
import { PROJECT_DIR } from '../shared/project/project.ts';
import { UsageError } from './errors.ts';

const FOLDER = join(PROJECT_DIR, 'pipelines');
/** The one that comes with the project, and that `npm start` runs. */
export const BUNDLED_PIPELINE = 'airport-access';

/** Names of all pipelines: the folders of pipelines/ that have an index.ts. */
export function pipelineNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'index.ts')))
    .map(({ name }) => name)
    .sort();
}

/** The pipeline meant where none is named: MICROPROCESS_PIPELINE, or the only one there is. */
export function defaultPipeline(): string | undefined {
  const names = pipelineNames();
  return process.env.MICROPROCESS_PIPELINE || (names.length === 1 ? names[0] : undefined);
}

/** @throws {UsageError} where several could be meant */
export function choosePipeline(named: string | undefined): string {
  const name = named ?? defaultPipeline();
  if (name !== undefined) return name;
  throw new UsageError(
    `Which pipeline? Name one with --pipeline or MICROPROCESS_PIPELINE: ${pipelineNames().join(', ')}.`,
  );
}

let unbuilt: ReadonlyMap<string, string> = new Map();

/** Takes note of the pipelines that don't build, each with its error: the others work without them. */
export function leaveOut(broken: ReadonlyMap<string, string>): void {
  unbuilt = broken;
}

/** What to tell whoever uses another pipeline. */
export function leftOut(): string[] {
  return [...unbuilt].map(([name, error]) => `Pipeline ${show(name)} is left out, as it doesn't build: ${error}`);
}

const module = z.object({ default: z.custom<Pipeline>((value) => typeof value === 'object' && value !== null) });

/**
 * Loads a pipeline's definition, which checks itself.
 * @throws {UsageError} when there is none of that name, or it doesn't build
 * @throws {DefinitionError} when it isn't valid, or is of another name than its folder
 */
export async function loadPipeline(name: string): Promise<Pipeline> {
  const names = pipelineNames();
  if (!names.includes(name)) {
    throw new UsageError(`There is no pipeline ${show(name)}. Pipelines here: ${names.join(', ') || '(none)'}.`);
  }
  const broken = unbuilt.get(name);
  if (broken !== undefined) throw new UsageError(`Pipeline ${show(name)} doesn't build: ${broken}`);
  return namedAs(name, module.parse(await import(moduleOf(name))).default);
}

/** State, keys and bundles all go by the name: two spellings of one pipeline would part them. */
export function namedAs(folder: string, pipeline: Pipeline): Pipeline {
  if (pipeline.name === folder) return pipeline;
  const message = `must be the name of its folder, ${show(folder)}`;
  throw new DefinitionError(folder, [{ path: 'name', message, received: pipeline.name }]);
}

/** A pipeline's module: beside this one in the bundle that bin.mjs makes, its source elsewhere. */
function moduleOf(name: string): string {
  if (process.env.MICROPROCESS_BUNDLED) return new URL(`./pipelines/${name}.mjs`, import.meta.url).href;
  return pathToFileURL(join(FOLDER, name, 'index.ts')).href;
}
