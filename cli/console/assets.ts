import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { LOST_ID } from './layout.ts';
import { CONSOLE_STYLE } from './style.ts';

export interface Asset {
  readonly type: string;
  readonly text: string;
}

/** In a bundle `import.meta` would mean the bundle. */
const { resolve } = createRequire(join(PACKAGE_DIR, 'package.json'));
/** A page that isn't told anything any more must not pass for one in which nothing happens. */
const SAYS_WHEN_LOST = `for (const [name, isLost] of [['error', true], ['after:connection', false]])
  document.addEventListener('htmx:sse:' + name, () => { document.getElementById('${LOST_ID}').hidden = !isLost; });
`;

/** htmx looks through the page as soon as it is loaded: what it is extended by has to come with it, or a page may stand still. */
const scripts = (...modules: readonly string[]): Asset => ({
  type: 'text/javascript; charset=utf-8',
  text: [...modules.map((module) => readFileSync(resolve(module), 'utf8')), SAYS_WHEN_LOST].join(';\n'),
});

/** Many small ones, and one of them done. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#3568c8"><rect x="1" y="1" width="6" height="6" rx="1"/><rect x="9" y="1" width="6" height="6" rx="1" opacity=".5"/><rect x="1" y="9" width="6" height="6" rx="1" opacity=".5"/><rect x="9" y="9" width="6" height="6" rx="1" opacity=".3"/></svg>`;

/** What the pages load: from the package's own dependencies, never from another host. */
export function readAssets(): Readonly<Record<string, Asset>> {
  return {
    'console.css': { type: 'text/css; charset=utf-8', text: CONSOLE_STYLE },
    'icon.svg': { type: 'image/svg+xml', text: ICON },
    'htmx.js': scripts('htmx.org/dist/htmx.min.js', 'htmx.org/dist/ext/hx-sse.min.js'),
  };
}
