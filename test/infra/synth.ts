import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppProps, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type BuildOptions, type Built, buildApp } from '../../infra/build-app.ts';
import { ENGINE, type Engine } from '../../infra/engine.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

/** Importing the CDK and one synthesis: seconds, on a machine that does nothing else. */
export const SYNTH_MS = 120_000;

// The CDK's own rules take seconds to load; `cdk synth` checks them, and an error there stops it.
process.env.CDK_VALIDATION = 'false';

const made: string[] = [];

/** Removes what all syntheses so far wrote: for the `afterAll` of each file that calls {@link synth}. */
export function removeSynths(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** An engine that deploys these definitions, and whose bundles nobody looks at. Each one's entry is its name. */
export function engineOf(definitions: readonly Pipeline[], rest: Partial<Engine> = {}): Engine {
  const byName = new Map(definitions.map((pipeline) => [pipeline.name, pipeline]));
  return {
    ...ENGINE,
    load(entry) {
      const pipeline = byName.get(entry);
      if (!pipeline) throw new Error(`No definition ${entry}; there are ${[...byName.keys()].join(', ')}.`);
      return { pipeline, entry, reduceDigest: 'today' };
    },
    ...rest,
  };
}

/** What is built of these definitions instead of the project's. */
export function deploying(...definitions: readonly Pipeline[]): BuildOptions {
  return { pipelines: definitions.map(({ name }) => name), engine: engineOf(definitions) };
}

/** Props of an app in a folder of its own, which is removed again. Nothing is bundled. */
export function withoutBundles(context: Record<string, unknown> = {}): AppProps {
  const outdir = mkdtempSync(join(tmpdir(), 'microprocess-synth-'));
  made.push(outdir);
  return { outdir, context: { 'aws:cdk:bundling-stacks': [], ...context } };
}

/**
 * The app as it would be deployed, but for the bundles, which nothing here looks at. `template` gives the template of one
 * pipeline, or of the stack that all are nested in.
 */
export async function synth(
  context: Record<string, string> = {},
  options: BuildOptions = {},
): Promise<Built & { template(pipeline?: string): Template }> {
  const built = buildApp({
    project: FIXTURE_PROJECT,
    ...options,
    app: withoutBundles(context),
  });
  const { pipelines } = built.stack;
  return {
    ...built,
    template(name) {
      const of = name === undefined ? built.stack : pipelines.get(name);
      if (!of) throw new Error(`No stack of ${name}; there are ${[...pipelines.keys()].join(', ')}.`);
      return Template.fromStack(Stack.of(of));
    },
  };
}
