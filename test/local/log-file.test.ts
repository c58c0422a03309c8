import { mkdir, readFile, rm, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../../local/log-file.ts';
import { temporaryDirectory } from './support.ts';

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true }));

const open = (path: string) => openLog(path, (lines) => `(${lines} lost)`);

test('lines are added to what is there', async () => {
  const path = join(directory, 'made', 'some.log');
  for (const line of ['one', 'two']) {
    const log = open(path);
    log.write(line);
    await log.close();
  }
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
});

test('nothing written leaves no file open, and none behind', async () => {
  const path = join(directory, 'none.log');
  await open(path).close();
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

test('lines that a full disk takes are counted once it has room again', async () => {
  const path = join(directory, 'full.log');
  await symlink('/dev/full', path);
  const log = open(path);
  for (const line of ['one', 'two']) {
    log.write(line);
    // Ends the stream, and hears of its failure.
    await log.close();
  }
  await unlink(path);
  log.write('three');
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('(2 lost)\nthree\n');
});

test('a folder in the way costs lines too', async () => {
  const path = join(directory, 'folder.log');
  await mkdir(path);
  const log = open(path);
  log.write('one');
  await log.close();
  log.write('two');
  await log.close();
});
