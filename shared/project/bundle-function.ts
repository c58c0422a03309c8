import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { copyAssets, copyDeclared } from './assets.ts';
import { OF_LAMBDA } from './of-lambda.ts';
import { aliases, OWN_ENTRIES, PACKAGE_DIR, seenFrom } from './project.mjs';

/**
 * Bundles a function as it is deployed, into one CommonJS file with its source map and the files it reads at run time.
 * In one step: a construct can't wait.
 * @param entry absolute path of the module that exports `handler`
 * @param folder gets index.js
 * @param pipelines what the import `#pipeline` means in this bundle; of a list, what `#pipelines` means
 * @param reads paths beside the pipeline that its source reads, which come to lie beside the bundle
 * @param target the Node that will run it, in esbuild's words
 */
export function bundleFunction(
  entry: string,
  folder: string,
  pipelines?: string | readonly string[],
  reads: readonly string[] = [],
  target = 'node24',
): void {
  const pipelineEntry = typeof pipelines === 'string' ? pipelines : undefined;
  const list = typeof pipelines === 'object' ? writeList(pipelines, folder) : undefined;
  const { metafile } = buildSync({
    entryPoints: [seenFrom(PACKAGE_DIR, entry)],
    outfile: join(folder, 'index.js'),
    absWorkingDir: PACKAGE_DIR,
    bundle: true,
    platform: 'node',
    target,
    // Dependencies find data files beside them by `__dirname`. For ES modules' sake import.meta means the bundle too.
    format: 'cjs',
    define: {
      'import.meta.url': '__bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: { js: 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
    // The AWS SDK is bundled with the rest: Lambda's own copy changes without notice, and what was tested is what runs.
    // But for clients that few pipelines need: these are Lambda's own.
    external: OF_LAMBDA,
    alias: aliases(PACKAGE_DIR, {
      ...OWN_ENTRIES,
      ...(pipelineEntry && { '#pipeline': pipelineEntry }),
      ...(list && { '#pipelines': list }),
    }),
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: error classes are told apart by them, in logs and in stored reasons. Shortening them and keeping `name` by esbuild's
    // keepNames would define a property for each closure that a call makes.
    minifyIdentifiers: false,
    // A stack trace names our lines (NODE_OPTIONS turns that on); the map holds no sources, which no trace needs.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  if (list) rmSync(list);
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([module, { bytesInOutput }]) => (bytesInOutput > 0 ? [module] : [])),
  );
  copyAssets(
    modules.map((module) => resolve(PACKAGE_DIR, module)).filter((module) => module !== list),
    folder,
  );
  if (pipelineEntry !== undefined) copyDeclared(dirname(pipelineEntry), reads, folder);
}

/** A module that exports the definitions of these modules, as a list. */
function writeList(entries: readonly string[], folder: string): string {
  const file = join(folder, 'pipelines.mjs');
  const imports = entries.map((entry, i) => `import p${i} from ${JSON.stringify(entry)};\n`);
  writeFileSync(file, `${imports.join('')}export default [${entries.map((_, i) => `p${i}`).join(', ')}];\n`);
  return file;
}
