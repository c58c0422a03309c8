import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { EMULATORS } from '../local/emulators.ts';
import { PROGRAM } from '../shared/project/bundle.ts';
import { PACKAGE_DIR } from '../shared/project/project.mjs';
import { licencesOf } from './licences.ts';

/**
 * Makes dist/: every module of the package as JavaScript with its types, in the same folders; the emulators' program in one file; and
 * what `init` copies, as it is.
 */
const dist = join(PACKAGE_DIR, 'dist');
rmSync(dist, { recursive: true, force: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: PACKAGE_DIR,
  stdio: 'inherit',
});
if (status !== 0) throw new Error(`tsc ended with ${status}: dist/ isn't whole.`);

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
