import { expect, test } from 'vitest';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import type { Progress } from '../../../shared/ports/progress-store.ts';
import { HandClock } from '../support.ts';

const NONE = { succeeded: 0, failed: 0, retried: 0, waiting: 0 };

function metering() {
  const clock = new HandClock();
  const written: Progress[] = [];
  const store = {
    bump: async (_run: string, _shard: string, delta: Progress) => void written.push(delta),
    read: () => expect.unreachable('It only writes.'),
  };
  const meter = new ProgressMeter(store, clock, 'shard');
  return { clock, written, meter, add: (delta: Partial<Progress>) => meter.add('march', 0, delta) };
}

test('what is counted is written without being asked for, and at most once a second', () => {
  const { clock, written, add } = metering();
  add({ retried: 1, retriedFor: 'connection-refused' });
  clock.pass(500);
  expect(written).toEqual([{ ...NONE, retried: 1, retriedFor: 'connection-refused' }]);
  add({ succeeded: 1 });
  clock.pass(999);
  expect(written).toHaveLength(1);
  clock.pass(1);
  expect(written.slice(1)).toEqual([{ ...NONE, succeeded: 1 }]);
});

test('a flush writes what is due, and nothing within a second of the last write', async () => {
  const { written, meter, add } = metering();
  add({ succeeded: 1 });
  await meter.flush();
  add({ succeeded: 1 });
  await meter.flush();
  expect(written).toHaveLength(1);
});

test.each([
  [{ waiting: 1 }, true],
  [{ waiting: -1 }, true],
  [{ retried: 1, retriedFor: 'timeout' }, true],
  [{ succeeded: 1 }, false],
])('of %j a process that stands still afterwards writes at once: %s', async (delta, isWritten) => {
  const { written, meter, add } = metering();
  add({ succeeded: 1 });
  await meter.settle();
  add(delta);
  await meter.settle();
  expect(written).toHaveLength(isWritten ? 2 : 1);
});
