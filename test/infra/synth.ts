import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { type BuildOptions, type Built, buildApp } from '../../infra/build-app.ts';

/** Importing the CDK and one synthesis: seconds, on a machine that does nothing else. */
export const SYNTH_MS = 120_000;

/** Nothing here looks at bundles, and the CDK's own rules, some seconds of CPU, are checked by `cdk synth`. */
const QUICK = { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': false };

/** Templates of the app as it would be deployed, but for the bundles, which nothing here looks at. */
export async function synth(
  context: Record<string, string> = {},
  options: BuildOptions = {},
): Promise<Built & { template(stack: string): Template }> {
  const built = await buildApp({
    ...options,
    app: { outdir: mkdtempSync(join(tmpdir(), 'microprocess-synth-')), context: { ...QUICK, ...context } },
  });
  const stacks = [built.platform, ...built.services.values(), ...built.pipelines.values()];
  return {
    ...built,
    template(name) {
      const stack = stacks.find(({ stackName }) => stackName === name);
      if (!stack)
        throw new Error(`No stack ${name}; there are ${stacks.map(({ stackName }) => stackName).join(', ')}.`);
      return Template.fromStack(stack);
    },
  };
}
