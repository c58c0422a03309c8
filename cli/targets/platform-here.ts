import type { FileLog } from '../../local/file-log.ts';
import type { PlatformOptions } from '../../local/host.ts';
import type { LocalPipelineOptions } from '../../local/pipeline.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { openProject, pipelineEntry } from '../../shared/project/project.mjs';
import { reduceDigest } from '../../shared/project/reduce-digest.ts';
import { localTable, stateDir } from '../home.ts';
import { loadAnew } from '../pipelines.ts';

/** A project's platform on this machine, as each command that has it in its own process starts it. */
export function platformHere({ log }: Pick<FileLog, 'log'>): Omit<PlatformOptions, 'telemetry'> {
  return {
    load: async (name) => digested(await loadAnew(name)),
    stateDir: stateDir(),
    tableDefinition: localTable,
    servicesDir: openProject().services,
    // The terminal is for progress.
    logger: { warn: (text) => log.warn(String(text)), error: (text) => log.error(String(text)) },
  };
}

/** A pipeline with the digest of what reduces it. */
export async function digested(pipeline: Pipeline): Promise<LocalPipelineOptions> {
  return { pipeline, reduceDigest: await reduceDigest(pipelineEntry(openProject(), pipeline.name)) };
}
