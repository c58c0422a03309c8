import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ProjectError } from './errors.ts';
import { PACKAGE_DIR } from './project.mjs';

const versions = z.record(z.string(), z.string());
const manifest = z.object({ version: z.string(), dependencies: versions, devDependencies: versions });

/** The version of this package, as its package.json says. */
export function packageVersion(): string {
  return readManifest().version;
}

/** The versions of other packages that this one is tested with. */
export function testedVersions(): Readonly<Record<string, string>> {
  const { dependencies, devDependencies } = readManifest();
  return { ...dependencies, ...devDependencies };
}

function readManifest(): z.infer<typeof manifest> {
  for (let folder = PACKAGE_DIR; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (folder === dirname(folder)) throw new ProjectError(`${PACKAGE_DIR} belongs to no package.json.`);
  }
}
