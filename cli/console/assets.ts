import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { CONSOLE_STYLE } from './style.ts';

export interface Asset {
  readonly type: string;
  readonly text: string;
}

/** In a bundle `import.meta` would mean the bundle. */
const { resolve } = createRequire(join(PACKAGE_DIR, 'package.json'));
const script = (module: string): Asset => ({
  type: 'text/javascript; charset=utf-8',
  text: readFileSync(resolve(module), 'utf8'),
});

/** Many small ones, and one of them done. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#3568c8"><rect x="1" y="1" width="6" height="6" rx="1"/><rect x="9" y="1" width="6" height="6" rx="1" opacity=".5"/><rect x="1" y="9" width="6" height="6" rx="1" opacity=".5"/><rect x="9" y="9" width="6" height="6" rx="1" opacity=".3"/></svg>`;

/** What the pages load: from the package's own dependencies, never from another host. */
export function readAssets(): Readonly<Record<string, Asset>> {
  return {
    'console.css': { type: 'text/css; charset=utf-8', text: CONSOLE_STYLE },
    'icon.svg': { type: 'image/svg+xml', text: ICON },
    'htmx.js': script('htmx.org/dist/htmx.min.js'),
    'sse.js': script('htmx.org/dist/ext/hx-sse.min.js'),
  };
}
