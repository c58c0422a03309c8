import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPipelines } from '../../infra/pipelines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipelines-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder of pipelines that holds one, whose module exports `exported` by default. */
async function holding(name: string, exported: object): Promise<string> {
  const root = await mkdtemp(join(folder, 'case-'));
  await mkdir(join(root, name));
  await writeFile(join(root, name, 'index.ts'), `export default ${JSON.stringify(exported)};`);
  return root;
}

const definition = { name: 'scores', endpoint: {}, deadlineHours: 24 };

test('a pipeline is found by its folder', async () => {
  const [found, ...more] = await findPipelines(await holding('scores', definition));
  expect([found?.pipeline, more]).toEqual([definition, []]);
});

test('a definition of another name than its folder is refused', async () => {
  await expect(findPipelines(await holding('bad', definition))).rejects.toThrow(
    `bad/index.ts defines the pipeline "scores"; its folder's name, bad, is allowed.`,
  );
});

test('what definePipeline did not make is refused', async () => {
  await expect(findPipelines(await holding('bad', { title: 'bad' }))).rejects.toThrow('received object');
});
