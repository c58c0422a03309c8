import { afterEach, expect, test, vi } from 'vitest';
import { forwarder } from '../../../functions/forwarder/handler.ts';
import { startRun } from '../../../shared/control/start.ts';
import { logIds, withLogIds } from '../../../shared/lambda/log-ids.ts';
import { lambdaLog } from '../../../shared/lambda/telemetry.ts';
import { entry, testDeps, testPipeline, workOf } from '../support.ts';

afterEach(() => vi.restoreAllMocks());

test('tasks side by side keep their own ids, beside those of their caller, and leave none behind', async () => {
  const seen: unknown[] = [];
  const task = (run: string) =>
    withLogIds({ run }, async () => {
      await new Promise(setImmediate);
      seen.push(logIds());
    });
  await withLogIds({ requestId: 'r' }, () => Promise.all([task('march'), task('april')]));
  expect(seen).toEqual([
    { requestId: 'r', run: 'march' },
    { requestId: 'r', run: 'april' },
  ]);
  expect(logIds()).toEqual({});
});

test('a line on Lambda carries its ids, and its own fields win', () => {
  const lines: unknown[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(`${line}`));
    return true;
  });
  const log = lambdaLog('squares');
  withLogIds({ requestId: 'r', run: 'march' }, () => log.info('Here.', { run: 'april', n: 1 }));
  log.info('There.');
  expect(lines).toMatchObject([{ message: 'Here.', requestId: 'r', run: 'april', n: 1 }, { message: 'There.' }]);
  expect(lines[1]).not.toHaveProperty('run');
});

test("each line of a batch's messages names its request, message, run and slot", async () => {
  const request = () => {
    throw new Error('The item says nothing-that-a-path-has.');
  };
  const deps = testDeps(testPipeline({ request }));
  for (const runId of ['march', 'april']) await startRun(deps, { runId }, 'cli');
  const handle = forwarder({
    ...deps,
    caller: { call: () => expect.unreachable('Nobody may be called.'), close: async () => undefined },
  });
  const message = workOf({ size: 65, items: ['nothing-that-a-path-has'] });
  const Records = [
    entry('m-1', { ...message, slot: 64 }),
    entry('m-2', { ...message, run: 'april', at: [0, 0, 1] }),
    entry('m-3', { ...message, at: [1, 2, 3] }, 2),
  ];
  await Reflect.apply(handle, undefined, [{ Records }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 50_000 }]);
  expect(
    deps.lines.map(({ fields: { requestId, messageId, run, slot, child } }) => ({
      requestId,
      messageId,
      run,
      slot,
      child,
    })),
  ).toEqual([
    { requestId: 'r', messageId: 'm-1', run: 'march', slot: '0-0.0.64', child: '0-0.0.64' },
    { requestId: 'r', messageId: 'm-2', run: 'april', slot: '0-0.1.0', child: '0-0.1.0' },
    { requestId: 'r', messageId: 'm-3', run: 'march', slot: '1-2.3.0', child: '1-2.3.0' },
  ]);
  // Of the item itself nothing is logged.
  expect(JSON.stringify(deps.lines)).not.toContain('nothing-that-a-path-has');
});
