import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAnew, loadPipeline, pipelineNames, pipelineToRun } from '../../cli/pipelines.ts';
import { definitionOf, temporaryProject } from './project.ts';
import { temporaryHome, withEnvironment } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

test('pipelines are those of the folder that the command line is called in', async () => {
  expect(pipelineNames()).toEqual(['nightly-audit', 'scores']);
  for (const name of pipelineNames()) expect((await loadPipeline(name)).name).toBe(name);
});

test('what to run is named by the environment, and by nothing where several could be meant', () => {
  expect(pipelineToRun()).toBe('scores');
  const restore = withEnvironment({ MICROPROCESS_PIPELINE: undefined });
  try {
    expect(pipelineToRun()).toBeUndefined();
  } finally {
    restore();
  }
});

test('another terminal’s pipeline is loaded as it is now, whatever was loaded before', async () => {
  const project = await temporaryProject();
  const folder = process.cwd();
  process.chdir(project.dir);
  try {
    const definition = definitionOf('changed');
    await project.write('pipelines/changed/index.ts', definition);
    const before = await loadPipeline('changed');
    expect((await loadAnew('changed')).endpoint.path).toBe('/score');
    await project.write('pipelines/changed/index.ts', definition.replace("'/score'", "'/rate'"));
    expect((await loadAnew('changed')).endpoint.path).toBe('/rate');
    expect(before.endpoint.path).toBe('/score');
    await expect(loadAnew('none')).rejects.toThrow('There is no pipeline "none"');
  } finally {
    process.chdir(folder);
    await project.remove();
  }
});
