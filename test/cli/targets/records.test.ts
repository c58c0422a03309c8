import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocal } from '../../../cli/targets/local.ts';
import { createRun } from '../../../shared/control/start.ts';
import { NO_PROGRESS } from '../../../shared/ports/progress-store.ts';
import audit from '../../fixtures/project/pipelines/nightly-audit/index.ts';
import scores from '../../fixtures/project/pipelines/scores/index.ts';
import { microprocess, temporaryHome, withEnvironment } from '../support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
let restore: () => void;
beforeAll(async () => {
  place = await temporaryHome();
  restore = withEnvironment({ MICROPROCESS_PIPELINE: undefined });
});
afterAll(async () => {
  restore();
  await place.close();
});

test('runs of all pipelines are listed, an interrupted one as what it is, and each is found by its id alone', async () => {
  const first = await openLocal(scores, '', true);
  const start = { input: '', params: {}, limit: null, trigger: 'cli' } as const;
  await createRun(first.deps, { run: 'march', ...start });
  await createRun(first.deps, { run: 'both', ...start });
  await first.deps.stores.progress.bump('march', 'a', { ...NO_PROGRESS, failed: 3 }, 0, 0);
  await first.close();
  const second = await openLocal(audit, '');
  await createRun(second.deps, { run: 'both', ...start });
  await second.close();

  const { stdout } = await microprocess('list');
  const cells = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(cells[0]).toEqual(['RUN', 'PIPELINE', 'STATUS', 'STARTED (UTC)', 'TOOK', 'CHILDREN', 'FAILED', 'BY']);
  const of = (run: string) => cells.filter(([name]) => name === run).map(([, pipeline, status]) => [pipeline, status]);
  expect(stdout).toMatch(/^march +scores +interrupted .* 0 of 0\+ +3 +cli$/m);
  expect(of('both').sort()).toEqual([
    ['nightly-audit', 'interrupted'],
    ['scores', 'interrupted'],
  ]);
  const shown = await microprocess('show', 'march');
  expect(await microprocess('report', 'march')).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: Run march has no report yet: it was interrupted\. Go on with it: npx microprocess resume march/m,
    ),
  });
  expect(shown.stdout).toMatch(/^Run march: interrupted\n {2}pipeline +scores, on this machine$/m);
  expect(shown.stdout).toMatch(/^ {2}go on +npx microprocess resume march --pipeline scores$/m);
  expect(await microprocess('watch', 'march')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Run march is interrupted: nobody works on it on this machine\./m),
  });
  expect(await microprocess('list', '--pipeline', 'score')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: There is no pipeline "score"\. Did you mean scores\?/),
  });
  expect(await microprocess('show', 'scores')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^error: "scores" is a pipeline, not a run\. "npx microprocess list -P scores" lists/m,
    ),
  });
  expect(await microprocess('show', 'both')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/several pipelines\. Name one with --pipeline: nightly-audit, scores\.$/m),
  });
});
