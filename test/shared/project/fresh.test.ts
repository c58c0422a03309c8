import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isFresh, recordBundle } from '../../../shared/project/fresh.mjs';

const BEFORE = new Date('2026-11-01T00:00:00Z');
const AFTER = new Date('2026-11-02T00:00:00Z');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'microprocess-fresh-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const write = async (name: string, time: Date) => {
  await writeFile(at(name), name);
  await utimes(at(name), time, time);
};
const record = (started: Date) => recordBundle(at('record.json'), [at('source')], started.getTime(), [at('made')]);

beforeEach(async () => {
  await write('source', BEFORE);
  await write('made', AFTER);
});

test('a bundle is fresh while its sources and its files are as they were', async () => {
  await record(AFTER);
  expect(await isFresh(at('record.json'))).toBe(true);
});

test.each([
  ['a source that changed', () => write('source', AFTER)],
  ['a source that is gone', () => rm(at('source'))],
  ['a file that another process made of other sources', () => write('made', BEFORE)],
  ['a record that is no JSON', () => write('record.json', AFTER)],
])('it is not, with %s', async (_, change) => {
  await record(AFTER);
  await change();
  expect(await isFresh(at('record.json'))).toBe(false);
});

test('nor is one whose source changed while it was read', async () => {
  await record(BEFORE);
  expect(await isFresh(at('record.json'))).toBe(false);
});
