import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyAssets } from '../../../shared/project/assets.ts';
import { bundle } from '../../../shared/project/bundle.ts';
import { bundleFunction } from '../../../shared/project/bundle-function.ts';

let project: string;
let folder: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'assets-'));
  folder = join(project, 'out');
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
}

/** A module that reads a file and a folder beside itself, and a package that reads a file beside itself. */
const READING = {
  'pipelines/a/index.ts': `
    import { readdirSync, readFileSync } from 'node:fs';
    // @asset words/words.txt
    import words from 'words';
    const offices: string = readFileSync(new URL('./offices.csv', import.meta.url), 'utf8');
    const months = readdirSync(new URL("./months/", import.meta.url)).sort();
    // const old = new URL('./gone.csv', import.meta.url);
    export default [offices, months, words];
    console.log(JSON.stringify([offices, months, words]));`,
  'pipelines/a/offices.csv': 'Wien',
  'pipelines/a/months/may.csv': '',
  'pipelines/a/months/june.csv': '',
  'node_modules/words/package.json': '{"name":"words","main":"index.js"}',
  'node_modules/words/index.js': `module.exports = require('node:fs').readFileSync(__dirname + '/words.txt', 'utf8');`,
  'node_modules/words/words.txt': 'one two',
};
const read = ['Wien', ['june.csv', 'may.csv'], 'one two'];

/** Runs a bundle where its sources are gone. */
async function run(script: string): Promise<unknown> {
  for (const name of ['pipelines', 'node_modules']) await rm(join(project, name), { recursive: true });
  return JSON.parse((await promisify(execFile)(process.execPath, [script])).stdout);
}

describe('what modules read lies beside the bundle', () => {
  test('of a deployed function', async () => {
    await write({ ...READING, 'function.ts': `export { default as handler } from '#pipeline';` });
    bundleFunction(join(project, 'function.ts'), folder, join(project, 'pipelines/a/index.ts'));
    expect(await readdir(folder)).toEqual(['index.js', 'index.js.map', 'months', 'offices.csv', 'words.txt']);
    expect(await run(join(folder, 'index.js'))).toEqual(read);
  });

  test('and what its source declares, in the function that reads it alone', async () => {
    await write({
      ...READING,
      'pipelines/a/data/vendors.csv': 'n',
      'function.ts': `export { default as handler } from '#pipeline';`,
    });
    const of = (...reads: readonly string[]) =>
      bundleFunction(join(project, 'function.ts'), folder, join(project, 'pipelines/a/index.ts'), reads);
    of('./data/vendors.csv', './offices.csv');
    expect(await readdir(join(folder, 'data'))).toEqual(['vendors.csv']);
    expect(() => of('./gone.csv')).toThrow("gone.csv, which isn't there");
  });

  test('of a program on this machine', async () => {
    await write(READING);
    const script = await bundle({ entry: join(project, 'pipelines/a/index.ts') });
    try {
      expect(await run(script)).toEqual(read);
    } finally {
      await rm(dirname(script), { recursive: true });
    }
  });
});

test('a package may look elsewhere than beside itself, and the asset goes where it looks', async () => {
  await write({ 'a.ts': '/** @asset words/lib/words.txt as lib/words.txt */', 'node_modules/words/lib/words.txt': '' });
  expect(copyAssets([join(project, 'a.ts')], folder).map(({ to }) => to)).toEqual(['lib/words.txt']);
  expect(await readdir(join(folder, 'lib'))).toEqual(['words.txt']);
});

test('other packages declare nothing', async () => {
  await write({ 'node_modules/words/a.js': '// @asset nowhere/at-all' });
  expect(copyAssets([join(project, 'node_modules/words/a.js')], folder)).toEqual([]);
});

describe('refused, with the module and the file:', () => {
  const other = `new URL('./data.csv', import.meta.url);`;
  test.each([
    [
      'a file that is not there',
      { 'a.ts': `new URL('./gone.csv', import.meta.url);` },
      /a\.ts reads .*gone\.csv, which/,
    ],
    [
      'a package that is not installed',
      { 'a.ts': '// @asset gone/x.bin' },
      /a\.ts declares the asset gone\/x\.bin, which/,
    ],
    [
      'a file above the module',
      { 'b/a.ts': `new URL('../c', import.meta.url);`, c: '' },
      /a\.ts reads .*c: .* or below/,
    ],
    [
      'two files for one place',
      { 'a.ts': other, 'data.csv': '', 'b/b.ts': other, 'b/data.csv': '' },
      /b\.ts and .*a\.ts/,
    ],
  ])('%s', async (_, files, said) => {
    await write(files);
    const modules = Object.keys(files).filter((path) => path.endsWith('.ts'));
    expect(() =>
      copyAssets(
        modules.map((path) => join(project, path)),
        folder,
      ),
    ).toThrow(said);
  });
});
