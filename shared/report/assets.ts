import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

/** Files that a bundle can't hold as code. A deployed function has each beside it, as `assets/<file name>`. */
const ASSETS = {
  // @asset @resvg/resvg-wasm/index_bg.wasm as assets/index_bg.wasm
  resvg: '@resvg/resvg-wasm/index_bg.wasm',
  // @asset @fontsource/lato/files/lato-latin-400-normal.woff as assets/lato-latin-400-normal.woff
  font: '@fontsource/lato/files/lato-latin-400-normal.woff',
} as const;

/**
 * Reads an asset: in a Lambda function from `$LAMBDA_TASK_ROOT/assets`, elsewhere from node_modules.
 * @throws {Error} where it is in neither.
 */
export function loadAsset(name: keyof typeof ASSETS): Buffer {
  const module = ASSETS[name];
  const root = process.env.LAMBDA_TASK_ROOT;
  const deployed = root === undefined ? undefined : join(root, 'assets', basename(module));
  if (deployed !== undefined && existsSync(deployed)) return readFileSync(deployed);
  try {
    // In a CommonJS bundle there is no import.meta.url: the working directory stands in for it.
    return readFileSync(createRequire(import.meta.url ?? join(process.cwd(), 'package.json')).resolve(module));
  } catch (cause) {
    throw new Error(`Asset ${module} is neither at ${deployed ?? '$LAMBDA_TASK_ROOT/assets'} nor in node_modules.`, {
      cause,
    });
  }
}
