import { expect, test } from 'vitest';
import { admit } from '../../../functions/forwarder/admit.ts';
import { forwardBatch } from '../../../functions/forwarder/forward-batch.ts';
import { RunCache } from '../../../functions/forwarder/run-cache.ts';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../../shared/calling/gate.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import { testDeps, testPipeline, workOf } from '../../shared/support.ts';

const OK: CallResult = { kind: 'answer', httpStatus: 200, body: '1', isJson: true, retryAfter: null, ms: 5 };
/** The longest that a call of the test pipeline may take, and the time kept for writing. */
const NEEDED_MS = testPipeline().endpoint.timeoutSeconds * 1_000 + 10_000;

/** A forwarder that makes one call at a time, with its run; `onCall` happens during each. */
async function forwarder(onCall: () => Promise<void> = async () => undefined) {
  // Two forwarders, of one call each.
  const base = testDeps(testPipeline({ limits: { inFlight: 2 } }));
  const calls: string[] = [];
  const deps = {
    ...base,
    progress: new ProgressMeter(base.stores.progress, base.clock, 'shard'),
    gate: gateOf(base),
    answers: new AnswerBytes(),
    caller: {
      async call({ child }: { child: string }) {
        calls.push(child);
        await onCall();
        return OK;
      },
      close: async () => undefined,
    },
  };
  await startRun(deps, { runId: 'march' }, 'cli');
  const runs = new RunCache(deps.stores.runs, deps.clock);
  const invocationOf = (remainingMs: number) => ({ id: 'i-1', deadline: deps.clock.now() + remainingMs });
  return {
    deps,
    calls,
    admit: (remainingMs: number) => admit({ deps, runs, invocation: invocationOf(remainingMs) }, workOf()),
    forward: (receives: number, remainingMs: number) =>
      forwardBatch(deps, runs, [{ messageId: 'm-0', receives, message: workOf() }], invocationOf(remainingMs)),
  };
}

test('a call is admitted if it can still end and be stored within the invocation, and handed back otherwise', async () => {
  const { admit } = await forwarder();
  expect(await admit(NEEDED_MS)).toMatchObject({ admitted: true, run: { run: 'march' } });
  expect(await admit(NEEDED_MS - 1)).toEqual({ admitted: false, due: 0, isClosed: false });
});

test('no call is admitted of a run that is paused or closed, or that is not there', async () => {
  const { deps, admit } = await forwarder();
  const after = async (change: () => Promise<unknown>) => {
    await change();
    deps.clock.pass(3_000);
    return (await admit(NEEDED_MS)).admitted;
  };
  const { runs } = deps.stores;
  expect(await after(() => runs.move('march', 'pause'))).toBe(false);
  expect(await after(() => runs.move('march', 'resume'))).toBe(true);
  expect(await after(() => runs.close('march', 'cancelled'))).toBe(false);
  runs.read = async () => null;
  expect(await after(async () => undefined)).toBe(false);
});

test('a run is read anew beside the calls: none waits for the reading, so none of them bunch behind it', async () => {
  const { deps, admit } = await forwarder();
  await admit(NEEDED_MS);
  const { runs } = deps.stores;
  const readings: (() => void)[] = [];
  const read = runs.read.bind(runs);
  runs.read = async (run) => {
    await new Promise<void>((go) => readings.push(go));
    return read(run);
  };
  deps.clock.pass(2_000);
  for (let i = 0; i < 3; i++) expect(await admit(NEEDED_MS)).toMatchObject({ admitted: true });
  expect(readings).toHaveLength(1);
  readings.shift()?.();
  await expect.poll(() => read('march')).toBeTruthy();
  await admit(NEEDED_MS);
  expect(readings).toHaveLength(0);
});

test('a call is admitted until the deadline, and none from then on, whatever the record says', async () => {
  const { deps, admit } = await forwarder();
  const deadline = (await deps.stores.runs.read('march'))?.deadline ?? 0;
  deps.clock.time = deadline - 1;
  expect(await admit(NEEDED_MS)).toMatchObject({ admitted: true });
  deps.clock.time = deadline;
  expect(await admit(NEEDED_MS)).toEqual({ admitted: false, due: 0, isClosed: true });
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'splitting' });
});

test.each([
  ['an ordinary message', 1],
  ['a suspect', 2],
])('past the deadline %s is void: it calls nothing, and sends nothing again', async (_, receives) => {
  const { deps, calls, forward } = await forwarder();
  deps.clock.time = (await deps.stores.runs.read('march'))?.deadline ?? 0;
  expect((await forward(receives, 10 * NEEDED_MS)).size).toBe(0);
  expect(calls).toEqual([]);
  expect(deps.queues.work.take()).toEqual([]);
});

test('a deadline that comes during a call ends the pass', async () => {
  const { deps, calls, forward } = await forwarder(async () => {
    deps.clock.time = Math.max(deps.clock.time, (await deps.stores.runs.read('march'))?.deadline ?? 0);
  });
  // One that is given all the time in the world.
  expect((await forward(1, 48 * 3_600_000)).size).toBe(0);
  expect(calls).toEqual(['0-0.0.0']);
  expect([...(await deps.stores.blocks.read('march', { slice: 0, segment: 0, block: 0 })).done]).toEqual([0]);
});

test('a run that is cancelled during a call starts no other, and what was handed back has spent no try', async () => {
  const { deps, calls, forward } = await forwarder(async () => {
    await deps.stores.runs.close('march', 'cancelled');
    deps.clock.pass(3_000);
  });
  expect((await forward(1, 10 * NEEDED_MS)).size).toBe(0);
  expect(calls).toEqual(['0-0.0.0']);
  const block = await deps.stores.blocks.read('march', { slice: 0, segment: 0, block: 0 });
  expect([...block.done]).toEqual([0]);
  expect(registerOf(block, 0)).toMatchObject({ turn: 1, tries: new Map() });
});

test.each([
  ['an ordinary message', 1, 0],
  ['a suspect', 2, 1],
])(
  'no call of %s is started when the time left is too short for it; the slot is sent again',
  async (_, receives, care) => {
    const { deps, calls, forward } = await forwarder(async () => deps.clock.pass(NEEDED_MS));
    expect((await forward(receives, 2 * NEEDED_MS - 1)).size).toBe(0);
    expect(calls).toEqual(['0-0.0.0']);
    expect(deps.queues.work.take()).toMatchObject([{ turn: 1 }]);
    const block = await deps.stores.blocks.read('march', { slice: 0, segment: 0, block: 0 });
    expect(registerOf(block, 0)).toMatchObject({ tries: new Map(), care });
  },
);
