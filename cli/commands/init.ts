import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { show } from '../../shared/domain/errors.ts';
import { packageVersion, testedVersions } from '../../shared/project/package-version.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { dependencySpec } from '../init/package-spec.ts';
import { realFolder } from '../init/real-folder.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions {
  /** What the new project depends on: a version, a tarball, a folder …; this package's own version by default. */
  readonly package?: string;
}

const TEMPLATE = join(PACKAGE_DIR, 'cli', 'template');
/** npm leaves out or renames files of these names when it packs a package. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };
/** A repository that holds nothing yet is as good as an empty folder. */
const NOTHING = ['.git', '.DS_Store'];

/**
 * Makes a new project: a pipeline, a service, a test and a CDK app.
 * @throws {UsageError} where the folder holds something or can't be one, and for a package that npm couldn't install
 */
export async function init(folder: string, options: InitOptions, { stdout }: Terminal): Promise<number> {
  const target = await realFolder(resolve(folder));
  const manifest = manifestOf(target, options.package);
  const files = new Map<string, string>();
  for (const path of await filesIn(TEMPLATE)) files.set(RENAMED[path] ?? path, join(TEMPLATE, path));
  await refuseUnlessEmpty(target, [...files.keys(), 'package.json']);
  await mkdir(target, { recursive: true });
  for (const [path, from] of files) await cp(from, join(target, path));
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const here = relative(process.cwd(), target);
  const enter = here === '' ? '' : `  cd ${quoted(here.startsWith('..') ? target : here)}\n`;
  stdout.write(`Made a project in ${target}. Now:\n${enter}  npm i && npm start\n`);
  return EXIT.ok;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function refuseUnlessEmpty(target: string, files: readonly string[]): Promise<void> {
  const there = existsSync(target) ? (await readdir(target)).filter((name) => !NOTHING.includes(name)) : [];
  if (there.length === 0) return;
  const overwritten = files.filter((path) => existsSync(join(target, path))).map((path) => `\n  ${path}`);
  throw new UsageError(
    overwritten.length > 0
      ? `${target} isn't empty. A new project would overwrite these files, so nothing was written; name another folder:${overwritten.join('')}`
      : `${target} isn't empty. A new project would overwrite none of its files, but mix with ${there.slice(0, 5).map(show).join(', ')}: name another folder.`,
  );
}

/** The new project's package.json. Of other packages it takes what this one is tested with. */
function manifestOf(target: string, named?: string) {
  const tested = testedVersions();
  const pick = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, tested[name]]));
  return {
    name: packageName(basename(target)),
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20' },
    scripts: { start: 'microprocess run', test: 'tsx --test test/*.test.ts', typecheck: 'tsc --noEmit' },
    dependencies: {
      ...pick('@hono/node-server', 'hono'),
      microprocess: named === undefined ? packageVersion() : dependencySpec(named, 'microprocess', target),
      ...pick('zod'),
    },
    devDependencies: pick('@types/node', 'aws-cdk', 'aws-cdk-lib', 'constructs', 'tsx', 'typescript'),
  };
}

/** Names that npm takes for no package. */
const RESERVED = ['node_modules', 'favicon.ico'];
const MOST_NAME = 214;

/** A folder's name as npm takes it. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, MOST_NAME);
  return name === '' || RESERVED.includes(name) ? 'jobs' : name;
}

/** A path as a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
