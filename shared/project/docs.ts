import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { PACKAGE_DIR } from './project.mjs';

/**
 * Where a page of the package's documentation lies, as its reader can open it: from the folder that a command is called in, or from the
 * root where it lies above that.
 * @example docsPage('cli.md') // 'node_modules/microprocess/docs/cli.md'
 */
export function docsPage(name: string): string {
  // In the published package the modules are one folder deeper.
  const root = existsSync(join(PACKAGE_DIR, 'docs')) ? PACKAGE_DIR : dirname(PACKAGE_DIR);
  const page = join(root, 'docs', name);
  const from = relative(process.cwd(), page);
  return from.startsWith('..') || isAbsolute(from) ? page : from;
}
