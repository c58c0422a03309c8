import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';
import type { Said } from './support.ts';

/** A project outside of the package, which a test may break. */
export interface TemporaryProject {
  readonly dir: string;
  /** Writes a file of it. */
  write(path: string, content: string): Promise<void>;
  /** The command line as a user starts it there, in a process of its own. */
  run(...args: readonly string[]): Promise<Said>;
  /** The same in an environment of its own. */
  runWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said>;
  remove(): Promise<void>;
}

/** A project with the fixtures' service, no pipeline yet, and the package's sources and packages where its own imports look. */
export async function temporaryProject(named = 'microprocess-project-'): Promise<TemporaryProject> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), named)));
  await cp(join(FIXTURE_PROJECT, 'services'), join(dir, 'services'), { recursive: true });
  for (const name of ['shared', 'node_modules']) await symlink(join(PACKAGE_DIR, name), join(dir, name));
  const { MICROPROCESS_HOME: _, MICROPROCESS_STAGE: __, MICROPROCESS_PIPELINE: ___, ...env } = process.env;
  const runWith = async (environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> => {
    const bin = join(PACKAGE_DIR, 'cli', 'bin.mjs');
    const child = spawn(process.execPath, [bin, ...args], { cwd: dir, env: { ...env, ...environment }, stdio: 'pipe' });
    const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await exit, stdout, stderr };
  };
  return {
    dir,
    async write(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    run: (...args) => runWith({}, ...args),
    runWith,
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A definition's source text. */
export function definitionOf(name: string, service = 'companies'): string {
  return `import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';

export default definePipeline({
  name: '${name}',
  source: list(() => [{ staff: 4 }]),
  endpoint: { service: '${service}', path: '/score' },
  reduce: statistics({ value: 'score', columns: ['score'] }),
});
`;
}
