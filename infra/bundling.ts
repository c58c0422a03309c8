import { fileURLToPath } from 'node:url';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Absolute path of the project's root. */
export const PROJECT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * How a function becomes one file. CommonJS, because dependencies find data files beside them by `__dirname`; for ES
 * modules' sake `import.meta.url`, `.dirname` and `.filename` mean the bundle too.
 *
 * - The AWS SDK is bundled: Lambda's own copy changes without notice, and what was tested is what should run. It also
 *   starts faster, tree-shaken, than the runtime's copy from disk.
 * - Source maps without the sources: a stack trace names our lines, and the map adds no source to the bundle.
 */
export function bundling(pipelineEntry?: string): BundlingOptions {
  return {
    format: OutputFormat.CJS,
    minify: true,
    // Error classes are told apart by name in logs and in stored reasons.
    keepNames: true,
    sourceMap: true,
    sourcesContent: false,
    target: 'node24',
    bundleAwsSDK: true,
    metafile: true,
    define: {
      'import.meta.url': '__bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: 'const __bundleUrl=require("node:url").pathToFileURL(__filename).href;',
    esbuildArgs: pipelineEntry ? { '--alias:#pipeline': pipelineEntry } : {},
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_input, output) => [`"${PROJECT}/node_modules/.bin/tsx" "${PROJECT}/infra/bundle-assets.ts" "${output}"`],
    },
  };
}
