import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { PACKAGE_DIR } from '../shared/project/project.mjs';

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/**
 * The licences of the packages that a bundle holds, as these ask for.
 * @param modules of the bundle, from the package's folder
 * @throws {ZodError} for a package that names no licence
 */
export function licencesOf(modules: readonly string[]): string {
  const packages = new Set(modules.flatMap((module) => PACKAGE.exec(module) ?? []));
  return [...packages].sort().map(licenceOf).join('\n\n');
}

function licenceOf(folder: string): string {
  const path = join(PACKAGE_DIR, folder);
  const { name, version, license } = manifest.parse(JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')));
  const texts = readdirSync(path)
    .filter((file) => LICENCE.test(file))
    // A folder of licences is of what the package took over.
    .flatMap((file) => (statSync(join(path, file)).isDirectory() ? filesIn(path, file) : [file]));
  return [`${name} ${version}: ${license}`, ...texts.map((file) => readFileSync(join(path, file), 'utf8').trim())].join(
    '\n\n',
  );
}

const filesIn = (path: string, folder: string) => readdirSync(join(path, folder)).map((file) => join(folder, file));
