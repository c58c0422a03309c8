#!/usr/bin/env node
// A project's pipelines are TypeScript without a build step of their own: each start bundles them, in a tenth of a second, and runs
// that. So does the program here, in its repository; installed, it is plain JavaScript and runs as it is. Against a loader such as
// tsx, thousands of files fewer pass through it, and its worker's memory is saved.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { isFresh, recordBundle, replace } from '../shared/project/fresh.mjs';
import {
  aliases,
  digest,
  IS_BUILT,
  makeCache,
  makeHome,
  OWN_ENTRIES,
  openProject,
  ownModule,
  PACKAGE_DEFINED,
  PACKAGE_DIR,
  pipelineEntry,
  pipelineNames,
  programFolder,
  requireLoadable,
  seenFrom,
} from '../shared/project/project.mjs';

// Until a command takes over, Ctrl-C finds nothing to stop.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

// Which Node is supported is for this project to say; the SDK's own warning would stand amid the progress.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A laptop's memory is for its user: collect earlier rather than grow. No limit is set, a large source may need more.
// (npm start has a small young generation too, which only Node's own flag can set: 50 MB less for a tenth more CPU time.)
setFlagsFromString('--heap-growing-percent=25');

/** Whether the command line only says how it is used. */
const isHelp = (args) => args.length === 0 || args.some((arg) => /^(help|-h|--help|-V|--version)$/.test(arg));

/** Whether a command does without the project's definitions: their names are enough. */
const needsNames = (args) => isHelp(args) || ['init', 'list'].includes(args[0]);

/** The folder that pipelines and program are bundled into. What only looks leaves nothing behind, not even that; neither does `init`, which has no project yet. */
function bundleFolder(project, args) {
  if (!needsNames(args)) {
    makeHome(project);
    makeCache(project, project.cache);
    return programFolder(project);
  }
  const folder = temporaryFolder(project);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  makeCache(project, folder);
  return folder;
}

/** A folder that is gone with the process, beside the bundles that stay where the system has none for such. */
function temporaryFolder(project) {
  try {
    return mkdtempSync(join(tmpdir(), 'microprocess-cli-'));
  } catch {
    makeHome(project);
    makeCache(project, project.cache);
    return mkdtempSync(join(project.cache, 'looking-'));
  }
}

const SOURCE = /\.[cm]?([jt]sx?)$/;
const ROOMS = ['cli', 'functions', 'local', 'node_modules', 'shared'].map((room) => join(PACKAGE_DIR, room));

/** In a bundle `import.meta` would mean the bundle: what a pipeline reads beside itself stays where it is. */
const importMeta = (project) => ({
  name: 'import-meta',
  setup: ({ onLoad }) =>
    onLoad({ filter: SOURCE }, async ({ path }) => {
      const isOfProject = path.startsWith(project.folder) && !path.split(sep).includes('node_modules');
      if (!isOfProject || ROOMS.some((room) => path.startsWith(room))) return undefined;
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const meant = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
      const contents = text.replace(/\bimport\.meta\.(url|filename|dirname)\b/g, (_, name) =>
        JSON.stringify(meant[name]),
      );
      return { contents, loader: SOURCE.exec(path)[1] };
    }),
});

/** One of the files that the build bundles for Node. */
const programModule = (name) => join(PACKAGE_DIR, 'program', `${name}.js`);

/** What an installed program has loaded already, pipelines get from it. In a bundle with the program it is there once anyway. */
const ownEntries = {
  name: 'own-entries',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^microprocess(?:\/|$)/ }, ({ path }) => {
      if (OWN_ENTRIES[path] === undefined) return undefined;
      return { path: pathToFileURL(programModule(path.split('/')[1] ?? 'index')).href, external: true };
    }),
};

/**
 * Bundles the program, where it isn't built, and the project's pipelines, unless the last bundle is what they would make; one that doesn't
 * build is left out, with its error by its name.
 */
async function bundled(project, outdir, names) {
  if (IS_BUILT && names.length === 0) return new Map();
  const record = join(outdir, `${digest([process.version, ...names].join('\n'))}.json`);
  if (await isFresh(record)) return new Map();
  const started = Date.now();
  const { build, stop } = await import('esbuild');
  const bundle = (entryPoints) =>
    build({
      absWorkingDir: project.folder,
      entryPoints,
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: `node${process.versions.node}`,
      // So that an error of a pipeline's names the user's file and line, not the bundle's.
      sourcemap: true,
      sourcesContent: false,
      outExtension: { '.js': '.mjs' },
      define: PACKAGE_DEFINED,
      alias: IS_BUILT ? {} : aliases(project.folder, OWN_ENTRIES),
      write: false,
      metafile: true,
      outdir,
      logLevel: 'silent',
      plugins: IS_BUILT ? [importMeta(project), ownEntries] : [importMeta(project)],
    });
  const entry = (module) => seenFrom(project.folder, module);
  // Pipelines are entries of their own, as they are loaded by name; what they share with the rest is there once.
  const entries = names.map((name) => [name, { [`pipelines/${name}`]: entry(pipelineEntry(project, name)) }]);
  const program = IS_BUILT ? {} : { main: entry(ownModule('cli/main')) };
  const all = (some) => Object.assign({ ...program }, ...some.map(([, each]) => each));
  const unbuilt = new Map();
  try {
    const { outputFiles, metafile } = await bundle(all(entries)).catch(async () => {
      // Each alone: an error names the file it is in, which several may import.
      for (const [name, each] of entries) await bundle(each).catch((error) => unbuilt.set(name, inWords(error)));
      return bundle(all(entries.filter(([name]) => !unbuilt.has(name))));
    });
    await Promise.all(outputFiles.map(({ path, contents }) => put(path, contents)));
    const sources = Object.keys(metafile.inputs).map((input) => resolve(project.folder, input));
    const made = outputFiles.map(({ path }) => path);
    // What doesn't build is tried again, and said again.
    if (unbuilt.size === 0) await recordBundle(record, [...sources, ...settingsOf(project)], started, made);
  } finally {
    await stop();
  }
  return unbuilt;
}

/** What esbuild found, with file and line, on one line. */
function inWords({ errors = [], message }) {
  const said = errors.map(({ text, location: at }) => (at ? `${at.file}:${at.line}:${at.column + 1}: ${text}` : text));
  return said.join('; ') || message;
}

/** Writes a file where it isn't as it should be. */
async function put(path, contents) {
  const known = await readFile(path).catch(() => null);
  if (known?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  await replace(path, contents);
}

/** What else decides about a bundle: how names are resolved, and this file. */
function settingsOf({ folder }) {
  const files = ['package.json', 'tsconfig.json'].map((name) => join(folder, name));
  return [...files.filter(existsSync), fileURLToPath(import.meta.url)];
}

try {
  const project = openProject();
  const args = process.argv.slice(2);
  const names = needsNames(args) ? [] : pipelineNames(project);
  const outdir = bundleFolder(project, args);
  requireLoadable(PACKAGE_DIR);
  requireLoadable(outdir);
  const unbuilt = await bundled(project, outdir, names);
  process.setSourceMapsEnabled(true);
  const program = IS_BUILT ? programModule('main') : join(outdir, 'main.mjs');
  const { main } = await import(pathToFileURL(program).href);
  await main({ folder: join(outdir, 'pipelines'), unbuilt });
} catch (error) {
  // Only a program that doesn't build gets here: main answers for everything else.
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
