import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PROGRAM } from '../shared/project/bundle.ts';
import { OF_LAMBDA } from '../shared/project/of-lambda.ts';
import { PACKAGE_DIR } from '../shared/project/project.mjs';
import { fewFiles } from './few-files.ts';
import { licencesOf } from './licences.ts';

/** What is loaded from node_modules: what a project shares with this package, and what can't be bundled or needn't be there. */
const EXTERNAL = ['aws-cdk-lib', 'constructs', 'pg', 'zod', 'dynalite', 'esbuild', 'level', ...OF_LAMBDA];

/**
 * Bundles what Node loads of the package: its command line and its entries. Node reads a few large files in a third of the time that it
 * takes for hundreds of small ones. All of them are split from one bundle, so that a class or symbol is there once, whichever entries a
 * process loads, and what is imported lazily stays a file of its own.
 * @param entries the sources, from the package's folder, by the names of the files that are made of them
 * @param folder gets the files, side by side; its parent is the folder of the built package
 */
export async function bundleProgram(entries: Readonly<Record<string, string>>, folder: string): Promise<void> {
  const { metafile } = await build({
    ...PROGRAM,
    banner: {
      js: `${PROGRAM.banner.js}\nconst microprocessPackage__ = dirname__(dirname__(fileURLToPath__(import.meta.url)));`,
    },
    absWorkingDir: PACKAGE_DIR,
    entryPoints: { ...entries },
    outdir: folder,
    splitting: true,
    plugins: [fewFiles(['shared/client/callback.ts', 'shared/client/client.ts'])],
    external: EXTERNAL,
    conditions: ['microprocess-source', 'module'],
    mainFields: ['module', 'main'],
    define: { 'import.meta.microprocessPackage': 'microprocessPackage__' },
    target: 'node20',
    // Names and lines stay: error classes are told apart by names, and stack traces are read. A source map would be read at each start.
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
  });
  writeFileSync(
    join(folder, 'LICENSES.txt'),
    licencesOf(Object.keys(metafile.inputs).filter((input) => !input.startsWith('behind-'))),
  );
}
