// @ts-check
// Plain JavaScript: cli/bin.mjs needs it before anything is bundled, and it is the one place that says where things lie.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The package's own folder, which holds functions/ and local/emulators/. A bundle lies elsewhere: its bundler writes the
 * folder into it, in a place that no environment reaches.
 * @type {string}
 */
export const PACKAGE_DIR =
  // @ts-expect-error: no property of Node's
  import.meta.microprocessPackage ?? dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a bundler is to put in: esbuild's `define`. */
export const PACKAGE_DEFINED = { 'import.meta.microprocessPackage': JSON.stringify(PACKAGE_DIR) };

/** Whether the package is built, as it is where it's installed: plain JavaScript. In its repository it runs from its TypeScript. */
export const IS_BUILT = !existsSync(join(PACKAGE_DIR, 'cli', 'main.ts'));

/**
 * One of the package's own modules.
 * @param {string} path from the package's folder, without an ending
 * @returns {string} absolute
 */
export function ownModule(path) {
  return join(PACKAGE_DIR, `${path}${IS_BUILT ? '.js' : '.ts'}`);
}

/**
 * Refuses a folder that Node can't load modules from, in a sentence: its own errors name paths that nobody wrote. It takes a star in a
 * package's path for the one in the package's `exports`, and a backslash for a separator.
 * @param {string} folder
 */
export function requireLoadable(folder) {
  const sign = folder.includes('*') ? 'a star' : sep === '/' && folder.includes('\\') ? 'a backslash' : null;
  if (sign !== null)
    throw new Error(`Node loads no packages from a path with ${sign}: rename the folder in ${folder}.`);
}

/**
 * A module as esbuild is told of it: seen from the folder that it works in, since it takes a `*` for a pattern, and a project may lie in a
 * folder called so.
 * @param {string} folder
 * @param {string} module
 * @returns {string}
 */
export function seenFrom(folder, module) {
  const path = relative(folder, module);
  return isAbsolute(path) ? path : `.${sep}${path}`;
}

/**
 * Modules by the names that stand for them, for esbuild.
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} modules
 * @returns {Record<string, string>}
 */
export function aliases(folder, modules) {
  return Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, seenFrom(folder, module)]));
}

/**
 * What a project's code gets where it imports the package by name: the modules that run with it, whichever copy lies in its
 * node_modules. Two copies would not know each other's errors.
 * @type {Readonly<Record<string, string>>}
 */
export const OWN_ENTRIES = {
  microprocess: ownModule('shared/author/index'),
  'microprocess/http': ownModule('shared/adapters/sources/http-list'),
  'microprocess/postgres': ownModule('shared/adapters/sources/postgres'),
  'microprocess/dynamodb': ownModule('shared/adapters/sources/dynamo-table'),
  'microprocess/callback': ownModule('shared/client/callback'),
  'microprocess/client': ownModule('shared/client/client'),
};

/** What a module of a project may be written in, the first that is there. */
const ENDINGS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * The module of a name in a folder; undefined where there is none.
 * @param {string} folder
 * @param {string} name without its ending
 * @returns {string | undefined}
 */
export function moduleIn(folder, name) {
  return ENDINGS.map((ending) => join(folder, `${name}${ending}`)).find((path) => existsSync(path));
}

/**
 * A user's project: a folder with pipelines/ and services/, and what runs on this machine leave.
 * @typedef {object} Project
 * @property {string} folder
 * @property {string} pipelines folder of all pipelines
 * @property {string} services folder of all services
 * @property {string} home holds .state/ and out/
 * @property {string | null} unwritable where they belong, if that can't be written and `home` stands in for it
 * @property {string} out what runs made, a folder each
 * @property {string} cache bundles; what they leave out is found in the node_modules above or beside it
 */

/**
 * Opens the project that a command is called in. Nothing is read but what says where things are, and nothing is written.
 * @param {string} [folder] the project's; by default the nearest one, from the current folder up, that holds a pipeline
 * @returns {Project}
 */
export function openProject(folder = nearestProject(process.cwd())) {
  const wanted = resolve(process.env.MICROPROCESS_HOME || folder);
  const writable = isWritable(join(wanted, '.state')) && isWritable(join(wanted, 'out'));
  const home = writable ? wanted : temporaryHome(wanted);
  const besidePackages = join(packagesFor(folder), '.cache', 'microprocess');
  return {
    folder,
    pipelines: join(folder, 'pipelines'),
    services: join(folder, 'services'),
    home,
    unwritable: writable ? null : wanted,
    out: join(home, 'out'),
    cache: isWritable(besidePackages) ? besidePackages : join(home, '.state', '.cache'),
  };
}

/**
 * Names of a project's pipelines: the folders of pipelines/ that have an index.ts, or an index.js where it's plain JavaScript.
 * @param {Pick<Project, 'pipelines'>} project
 * @returns {string[]}
 */
export function pipelineNames({ pipelines }) {
  return foldersWith(pipelines, 'index');
}

/**
 * The file that defines a pipeline.
 * @param {Pick<Project, 'pipelines'>} project
 * @param {string} name
 * @returns {string}
 */
export function pipelineEntry({ pipelines }, name) {
  const folder = join(pipelines, name);
  return moduleIn(folder, 'index') ?? join(folder, 'index.ts');
}

/**
 * The local table, bucket and logs of all pipelines; they stay, so that `show` works after the run.
 * @param {Pick<Project, 'home'>} project
 * @returns {string}
 */
export function stateOf({ home }) {
  return join(home, '.state');
}

/**
 * Makes the folder that stands in for one that can't be written: other users of the machine may not look into it.
 * @param {Project} project
 */
export function makeHome({ home, unwritable }) {
  if (unwritable !== null) mkdirSync(home, { recursive: true, mode: 0o700 });
}

/**
 * The folder that the command line is bundled into: two projects, or two checkouts, may share their packages and so a cache.
 * @param {Pick<Project, 'folder' | 'cache'>} project
 * @returns {string}
 */
export function programFolder({ folder, cache }) {
  return join(cache, `cli-${digest(`${PACKAGE_DIR}\n${folder}`)}`);
}

/**
 * Makes a folder for bundles, from which the packages that they leave out are found wherever it lies.
 * @param {Pick<Project, 'folder'>} project
 * @param {string} folder
 */
export function makeCache(project, folder) {
  mkdirSync(folder, { recursive: true });
  const packages = packagesFor(project.folder);
  const link = join(folder, 'node_modules');
  if (folder.startsWith(packages + sep) || existsSync(link)) return;
  try {
    symlinkSync(packages, link, 'junction');
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(link)) throw error;
  }
}

/**
 * Names of the folders in `parent` that hold a module.
 * @param {string} parent
 * @param {string} module without its ending
 * @returns {string[]}
 */
export function foldersWith(parent, module) {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => moduleIn(join(parent, name), module) !== undefined)
    .sort();
}

/**
 * The node_modules that a project's bundles, and here also the program's, are to find packages in.
 * @param {string} project
 * @returns {string}
 */
function packagesFor(project) {
  if (!IS_BUILT) return join(PACKAGE_DIR, 'node_modules');
  for (let folder = project; ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (existsSync(packages)) return packages;
    if (folder === dirname(folder)) break;
  }
  // A project without packages of its own gets those of this one, which lie below it where it's installed for all projects.
  const below = join(dirname(PACKAGE_DIR), 'node_modules');
  return existsSync(below) ? below : dirname(dirname(PACKAGE_DIR));
}

/**
 * @param {string} start
 * @returns {string}
 */
function nearestProject(start) {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (foldersWith(join(folder, 'pipelines'), 'index').length > 0) return folder;
  }
  return start;
}

/**
 * Whether something may be written at a path: in it where it is there, else in the nearest folder above that is.
 * @param {string} path
 * @returns {boolean}
 */
function isWritable(path) {
  if (!existsSync(path)) return path !== dirname(path) && isWritable(dirname(path));
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A folder of this user alone, the same for each command in a project, so that `show` finds what `run` left.
 * @param {string} wanted
 * @returns {string}
 */
function temporaryHome(wanted) {
  const uid = process.getuid?.();
  const path = join(tmpdir(), `microprocess-${uid ?? 'user'}-${digest(wanted)}`);
  const found = existsSync(path) ? lstatSync(path) : undefined;
  if (found === undefined || (found.isDirectory() && (uid === undefined || found.uid === uid))) return path;
  throw new Error(
    `${wanted} can't be written, and ${path} belongs to someone else. Set MICROPROCESS_HOME to a folder of yours.`,
  );
}

/**
 * A short name for a text.
 * @param {string} text
 * @returns {string}
 */
export function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
