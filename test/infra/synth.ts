import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { type BuildOptions, type Built, buildApp } from '../../infra/build-app.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

/** Importing the CDK and one synthesis: seconds, on a machine that does nothing else. */
export const SYNTH_MS = 120_000;

// The CDK's own rules take seconds to load; `cdk synth` checks them, and an error there stops it.
process.env.CDK_VALIDATION = 'false';

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/**
 * The app as it would be deployed, but for the bundles, which nothing here looks at. `template` gives the template of one
 * pipeline, or of the stack that all are nested in.
 */
export async function synth(
  context: Record<string, string> = {},
  options: BuildOptions = {},
): Promise<Built & { template(pipeline?: string): Template }> {
  const outdir = mkdtempSync(join(tmpdir(), 'microprocess-synth-'));
  made.push(outdir);
  const built = await buildApp({
    project: FIXTURE_PROJECT,
    ...options,
    app: {
      outdir,
      context: { 'aws:cdk:bundling-stacks': [], ...context },
    },
  });
  const { pipelines } = built.stack;
  return {
    ...built,
    template(name) {
      const stack = name === undefined ? built.stack : pipelines.get(name);
      if (!stack) throw new Error(`No stack of ${name}; there are ${[...pipelines.keys()].join(', ')}.`);
      return Template.fromStack(stack);
    },
  };
}
