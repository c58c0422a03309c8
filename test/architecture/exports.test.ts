import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { SYSTEM } from '../../functions/system.ts';
import { OWN_ENTRIES, PACKAGE_DIR } from '../../shared/project/project.mjs';

const json = async (path: string) => JSON.parse(await readFile(join(PACKAGE_DIR, path), 'utf8'));
const entry = z.strictObject({ 'microprocess-source': z.string(), types: z.string(), default: z.string() });
const manifest = z.object({
  exports: z.record(z.string(), z.union([z.literal('./package.json'), entry])),
  peerDependencies: z.record(z.string(), z.string()),
});
const { exports, peerDependencies } = manifest.parse(await json('package.json'));
const entries = Object.entries(exports).flatMap(([name, targets]) =>
  typeof targets === 'string' ? [] : [{ name, targets, source: targets['microprocess-source'].slice(2) }],
);
const { files: built } = z.object({ files: z.array(z.string()) }).parse(await json('tsconfig.build.json'));

test('the package has entries', () => {
  expect(entries.map(({ name }) => name)).toContain('.');
});

test.each(Object.keys(SYSTEM.functions))('the function %s is built: its bundle is made of that', (name) => {
  expect(built).toContain(`functions/${name}/index.ts`);
});

describe.each(entries)('the entry $name', ({ name, source, targets }) => {
  test('is built from a source, which the build starts from', () => {
    expect(existsSync(join(PACKAGE_DIR, source))).toBe(true);
    expect(built).toContain(source);
  });

  test('names what the build makes of its source', () => {
    expect(targets).toMatchObject({
      types: `./dist/${source.replace(/\.ts$/, '.d.ts')}`,
      // The command line finds it by the name of the entry.
      default: `./dist/program/${name === '.' ? 'index' : name.slice(2)}.js`,
    });
  });
});

test('what a pipeline imports of the package is that which runs it, whichever entry it is', () => {
  const ofPipelines = entries.filter(({ name }) => !['./cdk', './testing'].includes(name));
  expect(Object.fromEntries(ofPipelines.map(({ name, source }) => [join('microprocess', name), source]))).toEqual(
    Object.fromEntries(Object.entries(OWN_ENTRIES).map(([name, path]) => [name, relative(PACKAGE_DIR, path)])),
  );
});

/**
 * Packages that a module loads, those of Node aside.
 * @param atOnce not those that it loads where they are used
 */
async function packagesOf(source: string, atOnce = false): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: PACKAGE_DIR,
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    packages: 'external',
    format: 'esm',
    splitting: true,
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  // Of the outputs: what is imported for its types alone is gone.
  const chunks = Object.values(metafile.outputs);
  const lazy = new Set(
    chunks.flatMap(({ imports }) => imports.flatMap(({ kind, path }) => (kind === 'dynamic-import' ? [path] : []))),
  );
  const loaded = Object.entries(metafile.outputs).flatMap(([path, { imports }]) =>
    atOnce && lazy.has(path) ? [] : imports.filter(({ external }) => external),
  );
  return [...new Set(loaded.map(({ path }) => path))].filter((path) => !path.startsWith('node:')).sort();
}

test('what authors import loads one package, which it shares with them: no AWS, no CDK, no HTTP client', async () => {
  expect(await packagesOf('shared/author/index.ts', true)).toEqual(['zod']);
  const parquet = ['hyparquet-writer/src/bytewriter.js', 'hyparquet-writer/src/parquet-writer.js'];
  expect(await packagesOf('shared/author/index.ts')).toEqual(['csv-parse', ...parquet, 'zod']);
  expect(Object.keys(peerDependencies)).toContain('zod');
});

test.each(['http-list', 'dynamo-table', 'postgres'])(
  'the declaration of %s loads what authors load anyway',
  async (name) => {
    expect(await packagesOf(`shared/adapters/sources/${name}.ts`, true)).toEqual(['zod']);
  },
);

test('what a service imports loads no package', async () => {
  expect(await packagesOf('shared/client/callback.ts')).toEqual([]);
});

test('what calls the HTTP API loads one package, which it has anyway', async () => {
  expect(await packagesOf('shared/client/client.ts')).toEqual(['zod']);
});

test('what tests import loads the packages of the deployed handlers, no client of AWS and no test runner', async () => {
  const handlers = ['@middy/core', 'csv-stringify/sync', 'zod'];
  const report = ['@resvg/resvg-wasm', 'hono/html', 'nodemailer/lib/mail-composer'];
  const charts = ['echarts/charts', 'echarts/components', 'echarts/core', 'echarts/renderers'];
  expect(await packagesOf('testing/index.ts')).toEqual([...handlers, ...report, ...charts].sort());
});
