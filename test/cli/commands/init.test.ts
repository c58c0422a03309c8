import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { microprocess } from '../support.ts';

const before = process.cwd();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

const manifest = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()) });
const read = async (path: string) => manifest.parse(JSON.parse(await readFile(join(path, 'package.json'), 'utf8')));
const all = async (path: string) => (await readdir(path, { recursive: true })).sort();

describe('a new project', () => {
  test('holds a pipeline, a service, a test and a CDK app, and depends on this version', async () => {
    const { code, stdout } = await microprocess('init', 'My Jobs');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('npm i && npm start') });
    expect(await all(join(folder, 'My Jobs'))).toEqual(
      expect.arrayContaining([
        '.gitignore',
        'README.md',
        'app.ts',
        'cdk.json',
        'package.json',
        'pipelines/company-scores/index.ts',
        'services/scores/lambda.ts',
        'services/scores/server.ts',
        'test/company-scores.test.ts',
        'tsconfig.json',
      ]),
    );
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(PACKAGE_DIR, 'package.json'), 'utf8')));
    const { name, dependencies } = await read(join(folder, 'My Jobs'));
    expect(name).toBe('my-jobs');
    expect(dependencies).toMatchObject({ microprocess: version, zod: expect.any(String), hono: expect.any(String) });
  });

  test.each([
    ['a version', '^2.0.0', '^2.0.0'],
    ['a path from here', './made.tgz', 'file:../made.tgz'],
    ['a version behind the name', 'microprocess@1.2.3', '1.2.3'],
    ['a range of two', '>=1.2 <3', '>=1.2 <3'],
    ['a tag', 'next', 'next'],
    ['the name alone', 'microprocess', 'latest'],
    ['a repository by ssh', 'git@github.com:someone/microprocess.git', 'git@github.com:someone/microprocess.git'],
    ['an address', 'https://example.com/made.tgz', 'https://example.com/made.tgz'],
    ['a repository', 'someone/microprocess#v2', 'someone/microprocess#v2'],
    ['a packed file without ./', 'made.tgz', 'file:../made.tgz'],
  ])('depends on what --package names: %s', async (_, spec, written) => {
    await writeFile('made.tgz', '');
    await microprocess('init', 'jobs', '--package', spec);
    expect((await read(join(folder, 'jobs'))).dependencies.microprocess).toBe(written);
  });

  test('depends on an absolute path as it is', async () => {
    const tarball = join(folder, 'made.tgz');
    await writeFile(tarball, '');
    await microprocess('init', 'jobs', '--package', tarball);
    expect((await read('jobs')).dependencies.microprocess).toBe(`file:${tarball}`);
  });

  test('behind a link finds the package where it is', async () => {
    await mkdir('deep/er', { recursive: true });
    await symlink(join(folder, 'deep/er'), 'link');
    await writeFile('made.tgz', '');
    await microprocess('init', 'link', '--package', './made.tgz');
    expect((await read('link')).dependencies.microprocess).toBe('file:../../made.tgz');
  });

  test.each([
    ['', 'names no package'],
    ['a b c', 'names no package'],
    ['here', 'write ./here for what is here'],
    [`${'1'.repeat(300)}!`, 'names no package'],
    ['./none.tgz', 'there is no '],
    ['none.tgz', 'there is no '],
  ])('refuses what npm could not install, and makes nothing: --package %j', async (spec, says) => {
    await mkdir('here');
    const { code, stderr } = await microprocess('init', 'jobs', '--package', spec);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
    expect(await all(folder)).toEqual(['here']);
  });

  test('has a name that npm takes, and the way into it is quoted', async () => {
    const { stdout } = await microprocess('init', "it's here/node_modules");
    expect(stdout).toContain(`cd 'it'\\''s here/node_modules'`);
    expect((await read("it's here/node_modules")).name).toBe('jobs');
  });

  test('may be made where only a repository is', async () => {
    await mkdir('.git');
    expect((await microprocess('init', '.')).code).toBe(0);
  });
});

describe('a folder with something in it stays as it is', () => {
  test('and what would be overwritten is listed', async () => {
    await writeFile('README.md', 'mine');
    const { code, stderr } = await microprocess('init', '.');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/overwrite .*:\n {2}README\.md\n$/),
    });
    expect(await all(folder)).toEqual(['README.md']);
    expect(await readFile('README.md', 'utf8')).toBe('mine');
  });

  test('also where nothing would be', async () => {
    await writeFile('notes.txt', '');
    const { code, stderr } = await microprocess('init', '.');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('mix with "notes.txt"') });
    expect(await all(folder)).toEqual(['notes.txt']);
  });
});

test.each([
  ['a file', 'notes.txt', 'notes.txt is a file'],
  ['a folder below a file', 'notes.txt/jobs', 'notes.txt is a file'],
  ['a link that leads nowhere', 'dangling', 'dangling is a link that leads nowhere'],
])('%s is no folder for it', async (_, target, says) => {
  await writeFile('notes.txt', '');
  await symlink(join(folder, 'none'), 'dangling');
  const { code, stderr } = await microprocess('init', target);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  expect(await all(folder)).toEqual(['dangling', 'notes.txt']);
});

test('needs a folder', async () => {
  expect(await microprocess('init')).toMatchObject({ code: 2, stderr: expect.stringContaining("argument 'folder'") });
});
