import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';
import { run } from './processes.ts';

export interface Cdk {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  /** Makes the cloud assembly: bundles and templates. Needs no account. */
  synth(context: Readonly<Record<string, string>>): Promise<void>;
  bootstrap(account: string, region: string): Promise<void>;
  /** @returns the stack's outputs */
  deploy(): Promise<Record<string, string>>;
  destroy(): Promise<void>;
}

const outputs = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The CDK's command line, as a user would call it.
 * @param folder gets the cloud assembly, outputs and log
 * @param env credentials, region and, for a local AWS, its endpoint
 */
export function cdk(folder: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Cdk {
  mkdirSync(folder, { recursive: true });
  const assembly = join(folder, 'cdk.out');
  const call = (args: string[], cwd = FIXTURE_PROJECT): Promise<void> =>
    run({
      name: `cdk ${args[0]}`,
      file: process.execPath,
      args: [join(PACKAGE_DIR, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args],
      cwd,
      env: { ...env, CDK_DISABLE_VERSION_CHECK: '1', CI: '1' },
      log: join(folder, `cdk-${args[0]}.log`),
      signal,
    });
  const ready = ['--app', assembly];
  return {
    assembly,
    synth: (context) =>
      call([
        'synth',
        '--quiet',
        '--output',
        assembly,
        ...Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ]),
    // From a folder without cdk.json, or it would make the app first, which it doesn't need.
    bootstrap: (account, region) => call(['bootstrap', `aws://${account}/${region}`], folder),
    async deploy() {
      const file = join(folder, 'outputs.json');
      await call(['deploy', ...ready, '--outputs-file', file]);
      // Of one stack: were there more, the command above would have asked which.
      const [deployed = {}] = Object.values(outputs.parse(JSON.parse(readFileSync(file, 'utf8'))));
      return deployed;
    },
    destroy: () => call(['destroy', ...ready, '--force']),
  };
}
