import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addCounts,
  CLOSE_REASONS,
  type CloseReason,
  type Counts,
  FINAL_STATUSES,
  finalStatus,
  isFinal,
  isOverdue,
  isTolerated,
  maySend,
  NO_COUNTS,
  RUN_STATUSES,
  type RunStatus,
  statusAt,
  TRANSITIONS,
  tooFew,
} from '../../../shared/domain/run.ts';

const counts = (over: Partial<Counts>): Counts => {
  const some = { ...NO_COUNTS, ...over };
  return { ...some, total: some.succeeded + some.failed + some.cancelled + some.expired };
};

describe('transitions', () => {
  test('nothing leaves a final status, and only the finish, elsewhere, enters one', () => {
    for (const { from, to } of Object.values(TRANSITIONS)) {
      expect(from.filter((status) => isFinal(status))).toEqual([]);
      expect(isFinal(to)).toBe(false);
    }
  });

  test('closing and finishing are irrevocable: neither goes back to calling', () => {
    const reach = (start: RunStatus): Set<RunStatus> => {
      const seen = new Set<RunStatus>([start]);
      for (const status of seen) {
        for (const { from, to } of Object.values(TRANSITIONS)) if (new Set<string>(from).has(status)) seen.add(to);
      }
      return seen;
    };
    expect(reach('closing')).toEqual(new Set(['closing', 'finishing']));
    expect(reach('finishing')).toEqual(new Set(['finishing']));
    // Whatever happened to a run, it can still be finished.
    for (const status of RUN_STATUSES.filter((each) => !isFinal(each))) expect(reach(status)).toContain('finishing');
  });

  test('every run that may still call can be closed, and a paused one', () => {
    const closable = new Set<string>(TRANSITIONS.close.from);
    for (const status of RUN_STATUSES) {
      expect(closable.has(status)).toBe(maySend(status) || status === 'paused');
    }
  });
});

test('children are called while a run is planned, splitting or running, and in no other status', () => {
  expect(RUN_STATUSES.filter(maySend)).toEqual(['planned', 'splitting', 'running']);
  expect(RUN_STATUSES.filter(isFinal)).toEqual(FINAL_STATUSES);
});

describe('at its deadline', () => {
  const earlier = (status: RunStatus) => statusAt({ status, deadline: 1_000 }, 999);
  const late = (status: RunStatus) => statusAt({ status, deadline: 1_000 }, 1_000);

  test.each(RUN_STATUSES)('a run that is %s keeps its status before, and takes no calls from then on', (status) => {
    expect(earlier(status)).toBe(status);
    expect(maySend(late(status))).toBe(false);
    const closable = maySend(status) || status === 'paused';
    expect(late(status)).toBe(closable ? 'closing' : status);
    expect(isOverdue({ status, deadline: 1_000 }, 1_000)).toBe(closable);
  });
});

describe('how a run ends', () => {
  test.each<
    [
      what: string,
      counts: Partial<Counts>,
      closed: CloseReason | null,
      tolerate: Parameters<typeof isTolerated>[1],
      ends: string,
    ]
  >([
    ['nothing to do', {}, null, { failedCount: 0 }, 'succeeded'],
    ['all well', { succeeded: 9 }, null, { failedCount: 0 }, 'succeeded'],
    ['one failure, none tolerated', { succeeded: 9, failed: 1 }, null, { failedCount: 0 }, 'failed'],
    ['as many as tolerated', { succeeded: 9, failed: 2 }, null, { failedCount: 2 }, 'succeeded-with-failures'],
    ['one more', { succeeded: 9, failed: 3 }, null, { failedCount: 2 }, 'failed'],
    ['exactly the percentage', { succeeded: 99, failed: 1 }, null, { failedPercent: 1 }, 'succeeded-with-failures'],
    ['just above it', { succeeded: 98, failed: 1 }, null, { failedPercent: 1 }, 'failed'],
    ['none of a percentage', { succeeded: 5 }, null, { failedPercent: 0 }, 'succeeded'],
    ['all failed, all tolerated', { failed: 5 }, null, { failedPercent: 100 }, 'succeeded-with-failures'],
    ['cancelled with children left', { succeeded: 5, cancelled: 5 }, 'cancelled', { failedCount: 0 }, 'cancelled'],
    ['expired with children left', { succeeded: 5, expired: 1 }, 'expired', { failedPercent: 100 }, 'expired'],
    ['stopped early', { succeeded: 5, failed: 3, cancelled: 90 }, 'too-many-failures', { failedCount: 0 }, 'failed'],
    ['cancelled too late, all well', { succeeded: 5 }, 'cancelled', { failedCount: 0 }, 'succeeded'],
    ['expired too late, with a failure', { succeeded: 5, failed: 1 }, 'expired', { failedCount: 0 }, 'failed'],
    ['its canary failed', { failed: 5, cancelled: 1 }, 'canary-failed', { failedPercent: 100 }, 'failed'],
  ])('%s', (_, some, closed, tolerate, ends) => {
    expect(finalStatus(counts(some), tolerate, closed, false)).toBe(ends);
  });

  test.each(CLOSE_REASONS)('cut short, %s: never a success, though every child that was enumerated is', (closed) => {
    expect(finalStatus(counts({ succeeded: 5 }), { failedCount: 0 }, closed, true)).toBe(
      closed === 'cancelled' || closed === 'expired' ? closed : 'failed',
    );
  });

  test('is always final, and never a success beside more failures than are tolerated', () => {
    const some = fc.record({ succeeded: fc.nat(9), failed: fc.nat(9), cancelled: fc.nat(3), expired: fc.nat(3) });
    const tolerate = fc.oneof(fc.record({ failedCount: fc.nat(9) }), fc.record({ failedPercent: fc.nat(100) }));
    const closed = fc.constantFrom(null, ...CLOSE_REASONS);
    fc.assert(
      fc.property(some, tolerate, closed, fc.boolean(), (each, allowed, why, cut) => {
        const status = finalStatus(counts(each), allowed, why, cut);
        expect(isFinal(status)).toBe(true);
        if (status === 'succeeded') expect(each.failed).toBe(0);
        if (status === 'succeeded-with-failures') expect(isTolerated(counts(each), allowed)).toBe(true);
        if (why === null && each.cancelled + each.expired === 0) expect(['cancelled', 'expired']).not.toContain(status);
      }),
    );
  });
});

test.each([
  [0, 1, null, false],
  [0, 0, null, true],
  [9, 10, null, false],
  [10, 10, null, true],
  [9, 10, 9, true],
  [8, 10, 9, false],
])('%i children where %i are expected, limited to %j: enough is %j', (total, least, limit, isEnough) => {
  const failure = tooFew({ total }, least, limit);
  expect(failure === null).toBe(isEnough);
  if (failure)
    expect(finalStatus(counts({ succeeded: total }), { failedCount: 0 }, null, false, failure)).toBe('failed');
});

test('counts add up in any order', () => {
  const a = counts({ succeeded: 1, failed: 2 });
  const b = counts({ cancelled: 3, expired: 4 });
  expect(addCounts(a, b)).toEqual({ total: 10, succeeded: 1, failed: 2, cancelled: 3, expired: 4 });
  expect(addCounts(b, a)).toEqual(addCounts(a, b));
  expect(addCounts(a, NO_COUNTS)).toEqual(a);
});
