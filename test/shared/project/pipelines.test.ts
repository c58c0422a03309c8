import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPipelines } from '../../../shared/project/pipelines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipelines-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project that holds one pipeline, whose module exports `exported` by default. */
async function holding(name: string, exported: object): Promise<{ pipelines: string }> {
  const pipelines = await mkdtemp(join(folder, 'case-'));
  await mkdir(join(pipelines, name));
  await writeFile(join(pipelines, name, 'index.ts'), `export default ${JSON.stringify(exported)};`);
  return { pipelines };
}

const definition = { name: 'scores', endpoint: {}, deadlineHours: 24 };

test('a pipeline is found by its folder', async () => {
  const project = await holding('scores', definition);
  expect(await findPipelines(project)).toEqual([
    { pipeline: definition, entry: join(project.pipelines, 'scores', 'index.ts') },
  ]);
});

test('a project without pipelines has none', async () => {
  expect(await findPipelines({ pipelines: join(folder, 'nowhere') })).toEqual([]);
});

test('a definition of another name than its folder is refused', async () => {
  await expect(findPipelines(await holding('bad', definition))).rejects.toThrow(
    'Pipeline "bad" is not valid:\n  name: must be the name of its folder, "bad" (received "scores")',
  );
});

test('what definePipeline did not make is refused', async () => {
  await expect(findPipelines(await holding('bad', { title: 'bad' }))).rejects.toThrow(
    'Pipeline "bad" is not valid:\n  export default: must be what definePipeline returned: write export default definePipeline({ … }) (received {"title":"bad"})',
  );
});
