import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPipeline, pipelineNames, pipelineToRun } from '../../cli/pipelines.ts';
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
