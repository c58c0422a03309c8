import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocal } from '../../../cli/targets/local.ts';
import { createRun, planRun } from '../../../shared/control/start.ts';
import pipeline from '../../fixtures/project/pipelines/scores/index.ts';
import { microprocess, temporaryHome } from '../support.ts';

/** Every process of a run starts here, on a machine that may be busy. */
const SLOW = { timeout: 90_000 };

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

/** Leaves a run as a host does that died two days ago, right after the start or before its plan. */
async function leaveBehind(run: string, isPlanned: boolean): Promise<void> {
  const target = await openLocal(pipeline, '', true);
  const now = Date.now() - 48 * 3_600_000;
  const deps = { ...target.deps, clock: { ...target.deps.clock, now: () => now } };
  try {
    const start = { run, input: '', params: {}, limit: null, trigger: 'cli' } as const;
    const { record } = await createRun(deps, start);
    // Nobody's queues are there: what is sent is lost, as with the host.
    const lost = {
      send: async () => undefined,
      waiting: async () => 0,
      isLongerThan: async () => false,
      retryIn: async () => undefined,
    };
    if (isPlanned) await planRun({ ...deps, queues: { split: lost, work: lost, aggregate: lost } }, record);
  } finally {
    await target.close();
  }
}

test.each([
  ['splitting', true],
  ['planned', false],
])('to resume a run that is past its deadline, %s, is to close it, and a failure', SLOW, async (status, isPlanned) => {
  const run = `old-${status}`;
  await leaveBehind(run, isPlanned);
  // Nobody listens there: whoever called would wait for a try or two.
  // Without a name it is the newest that was interrupted.
  const { code, stdout, stderr } = await microprocess('resume', '--json', '--endpoint', 'http://127.0.0.1:1');
  expect(stderr).toMatch(new RegExp(`^Going on with run ${run} of scores\\.$`, 'm'));
  expect(stderr).toMatch(
    new RegExp(`^Run ${run} passed its deadline at \\S+ \\S+ UTC: it is closed, nothing more is called`, 'm'),
  );
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ runId: run, status: 'expired', counts: { succeeded: 0, failed: 0 } });
});

test('with nothing interrupted there is nothing to resume', SLOW, async () => {
  expect(await microprocess('resume')).toMatchObject({
    code: 2,
    stderr: 'error: Nothing of scores was interrupted on this machine, and nothing runs here.\n',
  });
});
