import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { PACKAGE_DIR } from '../shared/project/project.mjs';
import { copyAssets } from './bundle-assets.ts';
import { InfraError } from './errors.ts';

/**
 * The code of a function: one bundled file, its source map, and the data files it reads. Bundled in this process: the
 * CDK's NodejsFunction starts npx and a shell for each function, which took two thirds of a synthesis.
 * @param entry absolute path of the module that exports `handler`
 * @param pipelineEntry what the import `#pipeline` means in this bundle
 */
export function bundledCode(entry: string, pipelineEntry?: string): Code {
  if (!existsSync(entry))
    throw new InfraError(`A function needs ${entry}, which exports \`handler\`; there is no such file.`);
  return Code.fromAsset(PACKAGE_DIR, {
    // The bundle's own content: the same code is the same asset on every machine, and deploys nothing.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      local: {
        tryBundle(folder) {
          bundle(entry, folder, pipelineEntry);
          return true;
        },
      },
      // Staged bundles are told apart by their options, and a function isn't one.
      environment: { BUNDLE: createHash('sha256').update(`${entry}\n${pipelineEntry}`).digest('hex') },
    },
  });
}

/** Bundles one function into `folder`. */
function bundle(entry: string, folder: string, pipelineEntry?: string): void {
  const { metafile } = buildSync({
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    absWorkingDir: PACKAGE_DIR,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Dependencies find data files beside them by `__dirname`. For ES modules' sake import.meta means the bundle too.
    format: 'cjs',
    define: {
      'import.meta.url': '__bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: { js: 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
    // The AWS SDK is bundled with the rest: Lambda's own copy changes without notice, and what was tested is what runs.
    alias: pipelineEntry ? { '#pipeline': pipelineEntry } : {},
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
  copyAssets(metafile, folder);
}
