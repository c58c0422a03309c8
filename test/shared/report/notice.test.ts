import { expect, test } from 'vitest';
import { noticeOf } from '../../../shared/report/notice.ts';

const VIEW = {
  pipeline: 'scores',
  title: 'Scores <!channel> & co',
  run: 'march',
  status: 'failed',
  startedAt: 0,
  endedAt: 90_000,
  counts: { total: 1_200, succeeded: 1_190, failed: 10, cancelled: 0, expired: 0 },
  reasons: [
    { reason: 'http-500', count: 10, examples: [{ id: '0-0.0.1', label: 'ACME\n<@U1>', excerpt: null }] },
    ...['a', 'b', 'c', 'd', 'e'].map((reason) => ({ reason, count: 1 })),
  ],
  sections: [],
  credits: [],
} as const;

test('a notice names what became of a run; nothing out of data is a link, a mention or a line of its own', () => {
  expect(noticeOf(VIEW).slack.split('\n')).toEqual([
    '*✖ Scores &lt;!channel&gt; &amp; co: failed*',
    '1,190 of 1,200 succeeded, 10 did not, in 1 min 30 s',
    '• 10 × http-500, such as 0-0.0.1 ACME &lt;@U1&gt;',
    ...['a', 'b', 'c', 'd'].map((reason) => `• 1 × ${reason}`),
    '`npx microprocess report march --pipeline scores`',
  ]);
});

test('programs get no text of items', () => {
  const { json, key } = noticeOf(VIEW);
  expect(key).toBe('scores.march.ended');
  expect(JSON.stringify(json)).not.toContain('ACME');
  expect(json).toMatchObject({
    runId: 'march',
    status: 'failed',
    counts: { failed: 10 },
    endedAt: '1970-01-01T00:01:30.000Z',
  });
});
