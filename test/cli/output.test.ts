import { describe, expect, test } from 'vitest';
import { inWords, type LocalSummary, type Summary, summaryFields } from '../../cli/output.ts';

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

describe('what a run came to, in words', () => {
  const summary: LocalSummary = {
    runId: 'march',
    status: 'failed',
    closed: 'split-failed',
    seconds: 43,
    counts: { total: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 },
    reasons: [],
    statistics: null,
    mail: 'off',
    objects: { csv: 'c', html: 'h' },
    paths: { report: '/o/report.csv', html: '/o/report.html', summary: '/o/summary.json' },
  };
  test('why it was closed, and where its functions log', () => {
    expect(inWords(summary, '/s/functions.log')).toMatch(
      /closed +its source could not be read\n[\s\S]*log +\S*functions\.log\n/,
    );
    expect(inWords({ ...summary, closed: null, status: 'succeeded' }, '/s/functions.log')).not.toMatch(/closed|log/);
  });

  test('a mail that this machine kept is none that was sent', () => {
    const mailed = { ...summary, mail: 'sent' };
    expect(inWords(mailed, '/s/functions.log')).toMatch(/mail +kept, as this machine sends none\n/);
    // At a stage it was.
    expect(inWords(mailed)).toMatch(/mail +sent\n/);
  });
});
