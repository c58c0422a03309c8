import { expect, test } from 'vitest';
import { explain } from '../../cli/errors.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { loadPipeline, namedAs, pipelineNames } from '../../cli/pipelines.ts';

test.each(pipelineNames())('%s is loaded by the name of its folder', async (name) => {
  expect((await loadPipeline(name)).name).toBe(name);
});

test('a definition of another name than its folder is refused, as a wrong definition', async () => {
  const pipeline = await loadPipeline('airport-access');
  const refusal = (() => {
    try {
      return namedAs('bad', pipeline);
    } catch (error) {
      return error;
    }
  })();
  expect(explain(refusal)).toEqual({
    code: EXIT.usage,
    message: 'Pipeline "bad" is not valid:\n  name: must be the name of its folder, "bad" (received "airport-access")',
  });
});
