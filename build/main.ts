import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { EMULATORS } from '../local/emulators.ts';
import { PROGRAM } from '../shared/project/bundle.ts';
import { PACKAGE_DIR } from '../shared/project/project.mjs';
import { licencesOf } from './licences.ts';
import { bundleProgram } from './program.ts';

/**
 * Makes dist/: the modules that functions are bundled from as JavaScript, and the types of the package's entries, in the folders that they
 * have here; what Node loads, bundled; the emulators' program in one file; and what `init` copies, as it is.
 */
const dist = join(PACKAGE_DIR, 'dist');
rmSync(dist, { recursive: true, force: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: PACKAGE_DIR,
  stdio: 'inherit',
});
if (status !== 0) throw new Error(`tsc ended with ${status}: dist/ isn't whole.`);
// Of these only the types are used: Node loads the bundle.
for (const folder of ['infra', 'testing']) removeScripts(join(dist, folder));
await bundleProgram(programEntries(), join(dist, 'program'));

const emulators = join(dist, 'local', 'emulators');
const { metafile } = await build({
  ...PROGRAM,
  absWorkingDir: PACKAGE_DIR,
  entryPoints: [EMULATORS.entry],
  outfile: join(emulators, 'main.js'),
  external: [...(EMULATORS.external ?? [])],
  alias: { ...EMULATORS.alias },
  target: 'node20',
  minify: true,
  // Error classes are told apart by their names.
  keepNames: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(join(emulators, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));

cpSync(join(PACKAGE_DIR, 'cli', 'template'), join(dist, 'cli', 'template'), { recursive: true });

/** The command line, and each entry of the exports map by the file that it names. */
function programEntries(): Record<string, string> {
  const entry = z.object({ 'microprocess-source': z.string(), default: z.string() });
  const { exports } = z
    .object({ exports: z.record(z.string(), z.union([z.string(), entry])) })
    .parse(JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8')));
  const ofPackage = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : [[basename(target.default, '.js'), target['microprocess-source']] as const],
  );
  return { main: 'cli/main.ts', ...Object.fromEntries(ofPackage) };
}

function removeScripts(folder: string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.js')) rmSync(join(folder, path));
}
