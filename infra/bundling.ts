import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction } from '../shared/project/bundle-function.ts';
import { PACKAGE_DIR } from '../shared/project/project.mjs';
import { InfraError } from './errors.ts';

/**
 * The code of a function: one bundled file, its source map, and the data files it reads. Bundled in this process: the
 * CDK's NodejsFunction starts npx and a shell for each function, which took two thirds of a synthesis.
 * @param path of the module that exports `handler`; a relative one begins in the current folder
 * @param reads paths beside the pipeline that its source reads
 * @param pipelines absolute path of what the import `#pipeline` means in this bundle; of a list, `#pipelines`
 */
export function bundledCode(path: string, pipelines?: string | readonly string[], reads: readonly string[] = []): Code {
  const entry = resolve(path);
  if (!existsSync(entry))
    throw new InfraError(`A function needs ${entry}, which exports \`handler\`; there is no such file.`);
  return Code.fromAsset(PACKAGE_DIR, {
    // The bundle's own content: the same code is the same asset on every machine, and deploys nothing.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      local: {
        tryBundle(folder) {
          bundleFunction(entry, folder, pipelines, reads);
          return true;
        },
      },
      // Staged bundles are told apart by their options, and a function isn't one.
      environment: {
        BUNDLE: createHash('sha256')
          .update(JSON.stringify([entry, pipelines, reads]))
          .digest('hex'),
      },
    },
  });
}
