import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT_DIR } from '../../shared/project/project.ts';
import type { Said } from './support.ts';

/** A copy of the project whose pipelines/ a test may break. */
export interface ProjectCopy {
  readonly dir: string;
  /** Writes a file of it. */
  write(path: string, content: string): Promise<void>;
  /** The command line as a user starts it, in a process of its own. */
  run(...args: readonly string[]): Promise<Said>;
  remove(): Promise<void>;
}

const SOURCES = ['cli', 'functions', 'local', 'package.json', 'pipelines', 'services', 'shared', 'tsconfig.json'];

export async function projectCopy(): Promise<ProjectCopy> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'microprocess-project-')));
  await Promise.all(SOURCES.map((name) => cp(join(PROJECT_DIR, name), join(dir, name), { recursive: true })));
  // Packages are the same; the bundles, which lie among them, are its own.
  await mkdir(join(dir, 'node_modules'));
  const packages = (await readdir(join(PROJECT_DIR, 'node_modules'))).filter((name) => name !== '.cache');
  const link = (name: string) => symlink(join(PROJECT_DIR, 'node_modules', name), join(dir, 'node_modules', name));
  await Promise.all(packages.map(link));
  const { MICROPROCESS_HOME: _, MICROPROCESS_STAGE: __, MICROPROCESS_PIPELINE: ___, ...env } = process.env;
  return {
    dir,
    async write(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    async run(...args) {
      const child = spawn(process.execPath, [join(dir, 'cli', 'bin.mjs'), ...args], { cwd: dir, env, stdio: 'pipe' });
      const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await exit, stdout, stderr };
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** A definition's source text. */
export function definitionOf(name: string, service = 'airports'): string {
  return `import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';

export default definePipeline({
  name: '${name}',
  source: list(() => [{ lat: 1, lon: 2 }]),
  endpoint: { service: '${service}', path: '/nearest' },
  reduce: statistics({ value: 'km', columns: ['km'] }),
});
`;
}
