import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { PACKAGE_DIR } from '../shared/project/project.mjs';

/** What every entry loads first, itself aside: what authors import. */
const BASE = ['shared/author/index.ts'];

/** What is loaded before anything that is imported lazily: what looks at runs, and so most of what other commands use too. */
const CORE = ['cli/commands/list.ts', 'cli/commands/show.ts'];

/**
 * Has esbuild split a program into few files. It makes one for each set of entries that share modules, and each lazy import is an
 * entry: that were a hundred files of two kilobytes for `list`, of a millisecond each. Here what entries have in common, they have
 * in common with all others.
 * @param alone entries that are used without the rest, and load nothing else
 */
export function fewFiles(alone: readonly string[]): Plugin {
  return {
    name: 'few-files',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        const isEntry = kind === 'entry-point';
        if (pluginData === 'found' || !(isEntry || kind === 'dynamic-import')) return undefined;
        if (isEntry && [...alone, ...BASE].includes(path)) return undefined;
        const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: 'found' });
        return found.external ? found : { path: found.path, namespace: isEntry ? 'behind-base' : 'behind-core' };
      });
      const behind = (modules: readonly string[]) => (path: string) =>
        [
          ...modules.map((module, i) => `import * as first${i} from ${JSON.stringify(join(PACKAGE_DIR, module))};`),
          // A call that does nothing, and that esbuild can't leave out.
          ...modules.map((_, i) => `Object.isFrozen(first${i});`),
          `export * from ${JSON.stringify(path)};`,
        ].join('\n');
      const load = (namespace: string, text: (path: string) => string) =>
        build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: text(path), resolveDir: PACKAGE_DIR }));
      load('behind-base', behind(BASE));
      load('behind-core', behind(CORE));
    },
  };
}
