import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ProjectError } from './errors.ts';
import { PACKAGE_DIR } from './project.mjs';

const manifest = z.object({ version: z.string() });

/** The version of this package, as its package.json says. */
export function packageVersion(): string {
  for (let folder = PACKAGE_DIR; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
    if (folder === dirname(folder)) throw new ProjectError(`${PACKAGE_DIR} belongs to no package.json.`);
  }
}
