import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  openProject,
  PACKAGE_DIR,
  pipelineEntry,
  pipelineNames,
  programFolder,
  requireLoadable,
  stateOf,
} from '../../../shared/project/project.mjs';
import { withEnvironment } from '../../cli/support.ts';

let folder: string;
let restore: () => void;
const before = process.cwd();
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'project-')));
  restore = withEnvironment({ MICROPROCESS_HOME: undefined });
});
afterEach(async () => {
  process.chdir(before);
  restore();
  await rm(folder, { recursive: true, force: true });
});

async function write(path: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), '');
}

describe('the project that a command is called in', () => {
  test.each([
    ['its own folder', '.'],
    ['a folder below', 'services/x/lib'],
    ['a folder of its pipelines', 'pipelines/a'],
  ])('from %s', async (_, below) => {
    await write('pipelines/a/index.ts');
    await mkdir(join(folder, below), { recursive: true });
    process.chdir(join(folder, below));
    const project = openProject();
    expect(project).toMatchObject({ folder, home: folder, unwritable: null, out: join(folder, 'out') });
    expect(stateOf(project)).toBe(join(folder, '.state'));
  });

  test('is the current folder where none above holds a pipeline', () => {
    process.chdir(folder);
    expect(openProject().folder).toBe(folder);
    expect(pipelineNames(openProject())).toEqual([]);
  });

  test('holds the pipelines whose folder has an index.ts', async () => {
    for (const path of ['pipelines/b/index.ts', 'pipelines/a/index.ts', 'pipelines/c/notes.txt', 'pipelines/d.md'])
      await write(path);
    expect(pipelineNames(openProject(folder))).toEqual(['a', 'b']);
  });

  test.each(['index.ts', 'index.mts', 'index.js', 'index.mjs'])('holds a pipeline that is an %s', async (file) => {
    await write(`pipelines/a/${file}`);
    process.chdir(folder);
    expect(pipelineEntry(openProject(), 'a')).toBe(join(folder, 'pipelines', 'a', file));
  });
});

describe('what runs leave', () => {
  test('is where MICROPROCESS_HOME says', () => {
    const undo = withEnvironment({ MICROPROCESS_HOME: join(folder, 'elsewhere') });
    expect(openProject(folder)).toMatchObject({ home: join(folder, 'elsewhere'), unwritable: null });
    undo();
  });

  test('is in a temporary folder, the same each time, where that cannot be written', async () => {
    await write('file');
    const home = join(folder, 'file');
    const undo = withEnvironment({ MICROPROCESS_HOME: home });
    const project = openProject(folder);
    expect(project).toMatchObject({ unwritable: home, home: expect.stringContaining(tmpdir()) });
    expect(openProject(folder)).toEqual(project);
    undo();
    expect(openProject(folder).home).toBe(folder);
  });
});

test('projects that share their packages bundle the command line apart', () => {
  const [one, other] = [openProject(folder), openProject(join(folder, 'other'))].map(programFolder);
  expect(one).not.toBe(other);
  expect(one?.startsWith(join(PACKAGE_DIR, 'node_modules'))).toBe(true);
});

test.each([
  ['/home/a*b/node_modules', /a star: .* \/home\/a\*b\/node_modules\.$/],
  ['/home/a\\b', /a backslash: .* \/home\/a\\b\.$/],
])('Node loads nothing from %s, which is said', (path, says) => {
  expect(() => requireLoadable(path)).toThrow(says);
  expect(() => requireLoadable(PACKAGE_DIR)).not.toThrow();
});
