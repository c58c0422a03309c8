import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow, reportFollows, seeThrough } from '../../cli/follow.ts';
import { execute } from '../../cli/program.ts';
import { openLocal } from '../../cli/targets/local.ts';
import { NEVER, type Target } from '../../cli/targets/target.ts';
import { WorkEndedError } from '../../local/join.ts';
import { startRun } from '../../shared/control/start.ts';
import { SourceError } from '../../shared/domain/errors.ts';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import { gate } from '../local/support.ts';
import { testDeps } from '../shared/support.ts';
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
  const code = await execute(args, { stdin: process.stdin, stdout, stderr, signal: abort.signal });
  return { code, stderr: stderr.text };
}

test('a stop before anything was started starts nothing, and says so', SLOW, async () => {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await execute(['run'], { stdin: process.stdin, stdout, stderr, signal: AbortSignal.abort() });
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

/** A run in memory, whose worker breaks down while it is read for the second time. */
async function breakingDown() {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  const [second, broken] = [gate(), gate()];
  let reads = 0;
  const read = async (run: string) => {
    if (++reads === 2) {
      broken.open();
      await second.opened;
    }
    return deps.stores.runs.read(run);
  };
  const { runs } = deps.stores;
  const target: Target = {
    pipeline,
    place: 'here',
    flags: '',
    worker: 'this',
    handOver: async (file) => file,
    fresh: true,
    deps: { ...deps, stores: { ...deps.stores, runs: { ...runs, read } } },
    pollMs: 0,
    broken: broken.opened.then(() => Promise.reject(new WorkEndedError('Its service has ended.'))),
    start: () => NEVER,
    redrive: () => NEVER,
    pausePipeline: () => NEVER,
    resumePipeline: () => NEVER,
    purge: () => NEVER,
    close: async () => undefined,
  };
  const terminal = { stdout: new Captured(), stderr: new Captured(), signal: new AbortController().signal };
  return { target, terminal, goOn: second.open };
}

test('when what works breaks down, nothing is read or shown any more', async () => {
  const { target, terminal, goOn } = await breakingDown();
  let looks = 0;
  const followed = follow(target, 'march', terminal, () => void looks++);
  await expect(followed).rejects.toThrow('Its service has ended.');
  goOn();
  await setImmediate();
  expect(looks).toBe(1);
});

test('when what works breaks down, the terminal says why, and how to go on', async () => {
  const { target, terminal } = await breakingDown();
  const seen = seeThrough(target, async () => ({ runId: 'march' }), terminal, {});
  await expect(seen).rejects.toThrow(
    'Its service has ended.\nRun march is not done. Nothing is lost; go on with it: npx microprocess resume march',
  );
});

test('a source that throws is said with its kind, and the run with how to go on', async () => {
  const { target, terminal } = await breakingDown();
  const begin = async ({ accepted }: { accepted(run: string): void }) => {
    accepted('march');
    throw new SourceError('plan', new TypeError('my source is broken'));
  };
  await expect(seeThrough(target, begin, terminal, {})).rejects.toThrow();
  expect(terminal.stderr.text).toMatch(
    /^error: SourceError: The source failed to plan: TypeError: my source is broken/,
  );
  expect(terminal.stderr.text).not.toContain('node_modules');
  expect(terminal.stderr.text).toMatch(/\nRun march is kept\. .* go on with it: npx microprocess resume march\n$/);
});

test('a cancelled run says who makes its report, and what to do should that end before', () => {
  const flags = ' --pipeline scores';
  expect(reportFollows({ worker: 'deployed', flags }, 'march')).toBe(
    ' Its report follows: npx microprocess watch march --pipeline scores',
  );
  expect(reportFollows({ worker: 'other', flags }, 'march')).toMatch(
    /\nThe process that works on the run here makes it; if that ends before, .*: npx microprocess cancel march --pipeline scores$/,
  );
});
