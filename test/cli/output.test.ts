import { expect, test } from 'vitest';
import { type Summary, summaryFields } from '../../cli/output.ts';

const summary = (succeeded: number, measured: number, value = 'km'): Summary => ({
  runId: 'march',
  status: 'succeeded',
  closed: null,
  seconds: 2,
  counts: { total: 60, succeeded, failed: 60 - succeeded, cancelled: 0, expired: 0 },
  reasons: [],
  statistics:
    measured === 0
      ? { value, count: 0, min: null, median: null, p95: null, max: null }
      : { value, count: measured, min: 1, median: 2, p95: 3, max: 4 },
  mail: 'off',
  objects: { csv: 'report.csv', html: 'report.html' },
});

test.each<[what: string, of: Summary, km: string | undefined]>([
  ['all were measured', summary(60, 60), 'min 1 · median 2 · p95 3 · max 4'],
  ['some gave no number', summary(60, 55), 'min 1 · median 2 · p95 3 · max 4 · 5 without a number'],
  ['none gave a number', summary(60, 0), 'none measured: 60 succeeded without a number'],
  ['none succeeded', summary(0, 0), undefined],
  ['nothing is asked for', summary(60, 60, ''), undefined],
])('what was measured, where %s', (_, of, km) => {
  const { children, ...rest } = summaryFields(of);
  expect(children).toContain('60 (30/s)');
  expect(rest).toEqual(km === undefined ? {} : { km });
});
