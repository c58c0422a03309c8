import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { programOptions } from './bundle.ts';
import { bundleFunction } from './bundle-function.ts';
import { ProjectError } from './errors.ts';
import { definitionIn, type FoundPipeline } from './pipelines.ts';
import { openProject } from './project.mjs';
import { digestOf, reducing } from './reduce-digest.ts';

/** A pipeline with the digest of the definition and code that reduce it. */
export type LoadedPipeline = FoundPipeline & { readonly reduceDigest: string };

const loaded = new Map<string, LoadedPipeline>();

/**
 * Loads a definition without waiting, as a construct must: bundled the way it is deployed, and run in this process. Once in a process,
 * since a stage asks for the same pipeline several times.
 * @param entry path of the definition's module; a relative one begins in the current folder
 * @throws {ProjectError} where it isn't there, doesn't build, isn't valid or isn't a definition
 */
export function loadSync(entry: string): LoadedPipeline {
  const path = resolve(entry);
  const known = loaded.get(path);
  if (known) return known;
  const said = relative(process.cwd(), path);
  if (!existsSync(path)) throw new ProjectError(`A pipeline is defined by ${said}; there is no such file.`);
  const made = { pipeline: runDefinition(path, said), entry: path, reduceDigest: reduceDigestSync(path) };
  loaded.set(path, made);
  return made;
}

function runDefinition(path: string, said: string) {
  const folder = mkdtempSync(join(tmpdir(), 'microprocess-definition-'));
  try {
    bundleFunction(path, folder, undefined, [], `node${process.versions.node}`);
    // Whatever the folders above say of their modules.
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
    return definitionIn(createRequire(import.meta.url)(join(folder, 'index.js')), said);
  } catch (error) {
    // Not by its class: the definition was checked by the bundle's own copy of the code that throws it.
    if (error instanceof Error && error.name === 'DefinitionError')
      throw new ProjectError(error.message.replace(/^A pipeline /, `The pipeline of ${said} `), { cause: error });
    throw new ProjectError(`${said} can't be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What {@link import('./reduce-digest.ts').reduceDigest} gives, without waiting and without a cache. */
function reduceDigestSync(path: string): string {
  const { outputFiles } = buildSync(programOptions(reducing(path), openProject().folder));
  return digestOf(outputFiles[0]?.contents ?? new Uint8Array());
}
