// @ts-check
// Plain JavaScript: cli/bin.mjs needs it before anything is bundled, and it is the one place that says where things lie.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The package's own folder, which holds functions/ and local/emulators/. A bundle lies elsewhere: its bundler writes the
 * folder into it.
 * @type {string}
 */
export const PACKAGE_DIR =
  process.env.MICROPROCESS_PACKAGE ?? dirname(dirname(dirname(fileURLToPath(import.meta.url))));

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
  const besidePackages = join(PACKAGE_DIR, 'node_modules', '.cache', 'microprocess');
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
 * Names of a project's pipelines: the folders of pipelines/ that have an index.ts.
 * @param {Pick<Project, 'pipelines'>} project
 * @returns {string[]}
 */
export function pipelineNames({ pipelines }) {
  return foldersWith(pipelines, 'index.ts');
}

/**
 * The file that defines a pipeline.
 * @param {Pick<Project, 'pipelines'>} project
 * @param {string} name
 * @returns {string}
 */
export function pipelineEntry({ pipelines }, name) {
  return join(pipelines, name, 'index.ts');
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
 * Makes a folder for bundles, from which the package's own packages are found wherever it lies.
 * @param {string} folder
 */
export function makeCache(folder) {
  mkdirSync(folder, { recursive: true });
  const packages = join(PACKAGE_DIR, 'node_modules');
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
 * Names of the folders in `parent` that hold a file.
 * @param {string} parent
 * @param {string} file
 * @returns {string[]}
 */
export function foldersWith(parent, file) {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => existsSync(join(parent, name, file)))
    .sort();
}

/**
 * @param {string} start
 * @returns {string}
 */
function nearestProject(start) {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (foldersWith(join(folder, 'pipelines'), 'index.ts').length > 0) return folder;
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
 * @param {string} text
 * @returns {string}
 */
function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
