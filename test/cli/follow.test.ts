import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeThrough } from '../../cli/follow.ts';
import { execute } from '../../cli/program.ts';
import { openLocal } from '../../cli/targets/local.ts';
import { NEVER } from '../../cli/targets/target.ts';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import { Captured, microprocess, temporaryHome } from './support.ts';

const SLOW = { timeout: 90_000 };

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

/** A run whose service nobody needs, stopped when stderr has said something. */
async function stoppedWhen(says: RegExp) {
  const abort = new AbortController();
  const [stdout, stderr] = [new Captured(), new Captured()];
  stderr.on('said', () => {
    if (says.test(stderr.text)) abort.abort();
  });
  const args = ['run', '--limit', '5', '--run-id', 'march', '--endpoint', 'http://127.0.0.1:1'];
  const code = await execute(args, { stdout, stderr, signal: abort.signal });
  return { code, stderr: stderr.text };
}

test('a stop before anything was started starts nothing, and says so', SLOW, async () => {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await execute(['run'], { stdout, stderr, signal: AbortSignal.abort() });
  expect({ code, stderr: stderr.text }).toEqual({ code: 130, stderr: 'Stopped. Nothing of it is left running.\n' });
});

test('a stop while this machine starts leaves no run', SLOW, async () => {
  const { code, stderr } = await stoppedWhen(/^Starting/);
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: 'Starting scores on this machine…\nStopped. Nothing of it is left running.\n',
  });
  expect(JSON.parse((await microprocess('list', '--json')).stdout)).toEqual([]);
});

test('a stop as soon as the run is there names it, and how to go on', async () => {
  const target = await openLocal(pipeline, ' --pipeline x', true);
  try {
    const abort = new AbortController();
    const [stdout, stderr] = [new Captured(), new Captured()];
    const seen = seeThrough(
      { ...target, worker: 'this' },
      ({ accepted }) => {
        accepted('march');
        abort.abort();
        // Planning may take as long as the source does.
        return NEVER;
      },
      { stdout, stderr, signal: abort.signal },
      {},
    );
    await expect(seen).rejects.toThrow('aborted');
    expect(stderr.text).toBe(
      'Stopping; run march is not done. Go on with it: npx microprocess resume march --pipeline x\n',
    );
  } finally {
    await target.close();
  }
});

test('a stop while the run goes on does too', SLOW, async () => {
  const { code, stderr } = await stoppedWhen(/ failed · /);
  expect(code).toBe(130);
  expect(stderr).toMatch(
    /^Stopping; run march is not done\. Go on with it: npx microprocess resume march\n.*Stopped\./m,
  );
});
