import { deepEqual, ok } from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { jsonIn, type Sandbox } from './sandbox.ts';

const MOST_BYTES = 3 * 1024 * 1024;
const SOURCE = /\.[cm]?tsx?$/;

/** The package as it would be published. @returns the tarball's path */
export async function pack({ folder, call }: Sandbox): Promise<string> {
  await call('.', ['npm', 'pack', PACKAGE_DIR, '--pack-destination', folder]);
  const [tarball, ...others] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  ok(tarball && others.length === 0, 'npm pack makes one tarball');
  const path = join(folder, tarball);
  ok(statSync(path).size <= MOST_BYTES, `the tarball has ${statSync(path).size} bytes`);
  const files = (await call('.', ['tar', 'tzf', path])).trim().split('\n');
  const typescript = files.filter((file) => SOURCE.test(file) && !file.endsWith('.d.ts') && !file.endsWith('.d.mts'));
  deepEqual(
    typescript.filter((file) => !/^package\/(dist\/cli\/template|docs\/examples)\//.test(file)),
    [],
    'its TypeScript is that of the template and of the documentation alone',
  );
  deepEqual(
    files.filter((file) => /^package\/(dist\/)?(test|bench|pipelines|services)\//.test(file)),
    [],
    "this repository's own pipelines and tests stay here",
  );
  checkLinks(files, (file) => readFileSync(join(PACKAGE_DIR, file), 'utf8'));
  return path;
}

/** What a page of the package names must be in it too: npm's page has no repository to look into. */
function checkLinks(packed: readonly string[], read: (file: string) => string): void {
  const files = packed.map((file) => file.replace(/^package\//, ''));
  for (const page of files.filter((file) => file.endsWith('.md') && !file.startsWith('dist/'))) {
    for (const [, link = ''] of read(page).matchAll(/\]\(([^)#\s]+)/g)) {
      const target = join(dirname(page), link).replace(/\/$/, '');
      const isThere = link.includes('://') || files.some((file) => file === target || file.startsWith(`${target}/`));
      ok(isThere, `${page} names ${link}, which is in the package`);
    }
  }
}

const targets = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]));

/**
 * The exports map against what is installed: each file is there, and each entry gives what its source gives.
 * @param project a folder of the sandbox that has the package installed, and what all of its entries need
 */
export async function checkEntries({ folder, call }: Sandbox, project: string): Promise<void> {
  const installed = join(folder, project, 'node_modules', 'microprocess');
  const { exports } = z
    .object({ exports: targets })
    .parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  for (const [name, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const { 'microprocess-source': source = '', ...files } = target;
    for (const file of Object.values(files)) ok(statSync(join(installed, file)).isFile(), `${name} is ${file}`);
    const specifier = name.replace(/^\./, 'microprocess');
    const program = `console.log(JSON.stringify({ names: Object.keys(await import('${specifier}')).sort() }))`;
    const printed = await call(project, ['node', '--input-type=module', '--eval', program]);
    const wanted = Object.keys(await import(pathToFileURL(join(PACKAGE_DIR, source)).href)).sort();
    deepEqual(jsonIn(printed), { names: wanted }, `${specifier} exports what ${source} does`);
  }
}

/** Declarations that a stricter or older resolution of modules must find too. */
const RESOLUTIONS = [
  ['node16', 'node16'],
  ['esnext', 'bundler'],
] as const;

/** A project's types, and all of the package's own declarations, under the ways in which TypeScript finds modules. */
export async function checkTypes(
  { folder, call }: Sandbox,
  project: string,
  entries: readonly string[],
): Promise<void> {
  const uses = join(folder, project, 'types');
  mkdirSync(uses, { recursive: true });
  const lines = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`);
  writeFileSync(join(uses, 'index.ts'), lines.join(''));
  for (const [module, moduleResolution] of RESOLUTIONS) {
    const how = ['--module', module, '--moduleResolution', moduleResolution] as const;
    await call(project, ['npx', 'tsc', '--noEmit', ...how]);
    writeFileSync(
      join(uses, 'tsconfig.json'),
      JSON.stringify({
        extends: '../tsconfig.json',
        compilerOptions: { skipLibCheck: false, lib: ['ES2023', 'DOM'] },
        include: ['index.ts'],
      }),
    );
    await call(project, ['npx', 'tsc', '--noEmit', '-p', 'types', ...how]);
  }
}
