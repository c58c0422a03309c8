import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, found from this file whether it runs from source or from a bundle below that folder. */
export const PROJECT_DIR = find(dirname(fileURLToPath(import.meta.url)));

/** Folder for bundles: goes with node_modules, so that an installation never runs what another one built. */
export const BUNDLE_DIR = join(PROJECT_DIR, 'node_modules', '.cache', 'microprocess');

function find(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'local', 'emulators', 'main.ts'))) return folder;
  }
  throw new Error(`No project folder (one that holds local/emulators/main.ts) above ${start}.`);
}
