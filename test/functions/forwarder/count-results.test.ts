import { expect, test } from 'vitest';
import { countAgain, countOutcomes } from '../../../functions/forwarder/count-results.ts';
import type { ChildResult } from '../../../shared/flow/child-result.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import { testDeps, workOf } from '../../shared/support.ts';

const MESSAGE = workOf({ items: [1, 2], size: 2 });

function counting() {
  const deps = testDeps();
  const progress = new ProgressMeter(deps.stores.progress, deps.clock, 'shard');
  const read = async () => {
    await progress.flush();
    return deps.stores.progress.read('march');
  };
  return { deps: { ...deps, progress }, read };
}

test('calls that are repeated are counted with their reasons, those under pressure without', async () => {
  const { deps, read } = counting();
  const again = (reason: string): ChildResult => ({ kind: 'again', reason, due: 0 });
  const pressed: ChildResult = { kind: 'handed-back', due: 0, isPressed: true };
  for (const result of [again('http-500'), pressed, again('timeout'), again('timeout')]) {
    countAgain(deps, MESSAGE, result);
  }
  countAgain(deps, MESSAGE, { kind: 'handed-back', due: 0 });
  expect(await read()).toMatchObject({ retried: 3, retriedFor: 'timeout', pressed: 1 });
});

test('how long calls took adds up until it is written', async () => {
  const { deps, read } = counting();
  const ended = { status: 'SUCCEEDED', reason: null, result: null, attempts: 1 } as const;
  countOutcomes(deps, MESSAGE, [{ ...ended, n: 0, ms: 40.4 }]);
  countOutcomes(deps, MESSAGE, [{ ...ended, n: 1, ms: 60.2 }]);
  expect(await read()).toMatchObject({ succeeded: 2, calledMs: 100 });
});
