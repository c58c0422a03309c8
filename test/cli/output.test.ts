import { expect, describe as group, test } from 'vitest';
import { inWords, type LocalSummary } from '../../cli/output.ts';

group('what a run came to, in words', () => {
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
