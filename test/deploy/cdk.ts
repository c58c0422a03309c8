import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';
import { run } from './processes.ts';

export interface Cdk {
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  /** Makes the cloud assembly: bundles and templates. Needs no account. */
  synth(context: Readonly<Record<string, string>>): Promise<void>;
  bootstrap(account: string, region: string): Promise<void>;
  deploy(): Promise<void>;
  destroy(): Promise<void>;
}

/**
 * The CDK's command line, as a user would call it.
 * @param folder gets the cloud assembly and log
 * @param env credentials, region and, for a local AWS, its endpoint
 * @param project folder of the app
 */
export function cdk(folder: string, env: NodeJS.ProcessEnv, signal: AbortSignal, project = FIXTURE_PROJECT): Cdk {
  mkdirSync(folder, { recursive: true });
  const assembly = join(folder, 'cdk.out');
  const call = (args: string[], cwd = project): Promise<void> =>
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
    // Of one stack: were there more, the command would ask which.
    deploy: () => call(['deploy', ...ready]),
    destroy: () => call(['destroy', ...ready, '--force']),
  };
}
