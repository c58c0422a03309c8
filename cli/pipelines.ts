import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { definePipeline, type Pipeline } from '../shared/author/definition.ts';
import { count } from '../shared/author/reducers/count.ts';
import { list } from '../shared/author/sources/list.ts';
import { show } from '../shared/domain/errors.ts';
import { loadPipeline as loadDefinition } from '../shared/project/pipelines.ts';
import { pipelineNames as namesIn, openProject, pipelineEntry } from '../shared/project/project.mjs';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';

/** The one that comes with the package, and that `npm start` runs whichever others were added. */
const BUNDLED_PIPELINE = 'airport-access';

/** Names of all pipelines of the project that the command line is called in. */
export function pipelineNames(): string[] {
  return namesIn(openProject());
}

/** The pipeline meant where none is named: MICROPROCESS_PIPELINE, or the only one there is. */
export function defaultPipeline(): string | undefined {
  const names = pipelineNames();
  return process.env.MICROPROCESS_PIPELINE || (names.length === 1 ? names[0] : undefined);
}

/** What `run` runs where no pipeline is named. */
export function pipelineToRun(): string | undefined {
  return defaultPipeline() ?? pipelineNames().find((name) => name === BUNDLED_PIPELINE);
}

/** The pipeline that a command names, by its argument or by --pipeline. @throws {UsageError} where these differ */
export function namedPipeline(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument === undefined || option === undefined || argument === option) return argument ?? option;
  throw new UsageError(`Two pipelines are named, ${show(argument)} and --pipeline ${show(option)}: name one.`);
}

/** @throws {UsageError} where several could be meant */
export function choosePipeline(named: string | undefined): string {
  const name = named ?? defaultPipeline();
  if (name !== undefined) return name;
  const names = pipelineNames();
  if (names.length === 0) throw new UsageError(`There is no pipeline in ${openProject().pipelines}.`);
  throw new UsageError(`Which pipeline? Name one with --pipeline or MICROPROCESS_PIPELINE: ${names.join(', ')}.`);
}

/** What bin.mjs has made of a project's pipelines. */
export interface BundledPipelines {
  /** Holds `<name>.mjs` of each; null where their sources are loaded themselves, as in tests. */
  readonly folder: string | null;
  /** Those that don't build, each with its error: the others work without them. */
  readonly unbuilt: ReadonlyMap<string, string>;
}

let bundled: BundledPipelines = { folder: null, unbuilt: new Map() };

/** From then on, pipelines are loaded from there. */
export function useBundles(pipelines: BundledPipelines): void {
  bundled = pipelines;
}

/** What to tell the user of another pipeline. */
export function leftOut(used: string): string[] {
  return [...bundled.unbuilt]
    .filter(([name]) => name !== used)
    .map(([name, error]) => `Pipeline ${show(name)} is left out, as it doesn't build: ${error}`);
}

/** @throws {UsageError} when there is no pipeline of that name */
export function requirePipeline(name: string): void {
  const names = pipelineNames();
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  const maybe = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(`There is no pipeline ${show(name)}.${maybe} Pipelines here: ${names.join(', ') || '(none)'}.`);
}

/**
 * Loads a pipeline's definition, which checks itself.
 * @throws {UsageError} when there is none of that name, or it doesn't build
 * @throws {DefinitionError} when it isn't valid, or is of another name than its folder
 */
export async function loadPipeline(name: string): Promise<Pipeline> {
  requirePipeline(name);
  const broken = bundled.unbuilt.get(name);
  if (broken !== undefined) throw new UsageError(`Pipeline ${show(name)} doesn't build: ${broken}`);
  return loadDefinition(name, moduleOf(name));
}

/** A pipeline for commands that read and control its runs. */
export interface RunsPipeline {
  readonly pipeline: Pipeline;
  /** Why its definition isn't used: then only its name means anything. */
  readonly problem: string | null;
}

/**
 * Loads a pipeline whose runs are there already. They are read and controlled by its name alone, so a definition that no longer
 * builds, isn't valid or is gone is no obstacle.
 * @throws {DefinitionError} when no pipeline can have that name
 */
export async function loadForRuns(name: string): Promise<RunsPipeline> {
  try {
    return { pipeline: await loadPipeline(name), problem: null };
  } catch (error) {
    return { pipeline: nameAlone(name), problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What stands for a pipeline where only its records are read. @throws {DefinitionError} when no pipeline can have that name */
export function nameAlone(name: string): Pipeline {
  return definePipeline({
    name,
    source: list(() => []),
    endpoint: { service: 'none', path: '/' },
    reduce: count({ columns: [] }),
  });
}

/**
 * Loads a pipeline for another terminal, whose start may have changed it or added it since this process was started. A module is read
 * once for each URL that it is imported under, so this one carries a digest of what the module is now.
 * @throws {UsageError} when there is none of that name
 * @throws {DefinitionError} when it isn't valid, or is of another name than its folder
 */
export async function loadAnew(name: string): Promise<Pipeline> {
  if (!pipelineNames().includes(name)) throw new UsageError(`There is no pipeline ${show(name)}.`);
  const module = moduleOf(name);
  const digest = createHash('sha256')
    .update(await readFile(new URL(module)))
    .digest('hex');
  return loadDefinition(name, `${module}?${digest}`);
}

/** URL of a pipeline's module. */
function moduleOf(name: string): string {
  const { folder } = bundled;
  return pathToFileURL(folder === null ? pipelineEntry(openProject(), name) : join(folder, `${name}.mjs`)).href;
}
