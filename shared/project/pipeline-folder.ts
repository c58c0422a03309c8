import { join } from 'node:path';
import { openProject } from './project.mjs';

/** The folder of a project's pipeline, which its source's paths begin at. */
export function pipelineFolder(name: string): string {
  return join(openProject().pipelines, name);
}
