import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { reduceDigest } from '../../../shared/project/reduce-digest.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digest-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function digestOf(text: string, helper = 'export const name = "km";'): Promise<string> {
  await writeFile(join(folder, 'helper.ts'), helper);
  await writeFile(join(folder, 'index.ts'), text);
  return reduceDigest(join(folder, 'index.ts'));
}

const definition = (column: string) => `
import { definePipeline } from '${PACKAGE_DIR}/shared/author/definition.ts';
import { count } from '${PACKAGE_DIR}/shared/author/reducers/count.ts';
import { list } from '${PACKAGE_DIR}/shared/author/sources/list.ts';
import { name } from './helper.ts';
// A comment.
export default definePipeline({
  name: 'digest',
  source: list(() => [1]),
  endpoint: { service: 'none', path: '/' },
  reduce: count({ columns: ['${column}', name] }),
});`;

test('the same definition is the same, built anew or not, however it is commented', async () => {
  const first = await digestOf(definition('a'));
  expect(await digestOf(definition('a'))).toBe(first);
  expect(first).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(await digestOf(definition('a').replace('// A comment.', '\n// Another.'))).toBe(first);
});

test('another column is another, and so is another text of what the definition imports', async () => {
  const digests = [
    await digestOf(definition('a')),
    await digestOf(definition('b')),
    await digestOf(definition('a'), 'export const name = "miles";'),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});
