import { expect, test } from 'vitest';
import { whySilent } from '../../../functions/aggregator/silence.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { ReportView } from '../../../shared/report/view.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

const COUNTS = { total: 3, succeeded: 2, failed: 1, cancelled: 0, expired: 0 };
const BEFORE = {
  run: 'february',
  startedAt: 0,
  isOther: false,
  counts: COUNTS,
  tookMs: 1,
  reasons: [{ reason: 'http-500', count: 1 }],
  calls: null,
  figures: [{ of: 'km', label: 'median', now: 5, before: 5 }],
};
interface Before {
  readonly status?: 'failed';
  readonly outcome?: 'held' | 'quiet';
}

const VIEW: ReportView = {
  ...{ pipeline: 'squares', title: 'Squares', run: 'march', status: 'succeeded-with-failures' },
  ...{ startedAt: 0, endedAt: 1, counts: COUNTS, sections: [], credits: [] },
  reasons: [{ reason: 'http-500', count: 1, examples: [] }],
  previous: BEFORE,
};

async function silence(view: ReportView, report: Parameters<typeof testPipeline>[0] = {}, before?: Before) {
  const deps = { ...testDeps(testPipeline(report)), mailFrom: 'reports@example.com' };
  await startRun(deps, { runId: BEFORE.run }, 'cli');
  await deps.stores.runs.leaseFinish(BEFORE.run, 'a', 0, 1);
  const status = before?.status ?? 'succeeded-with-failures';
  await deps.stores.runs.finish(BEFORE.run, 'a', { status, counts: COUNTS, summary: 's', endedAt: 1 });
  if (before?.outcome)
    await deps.stores.notices.record(BEFORE.run, 'mail', { outcome: before.outcome, detail: '', at: 0 }, 1);
  await startRun(deps, { runId: 'march' }, 'cli');
  const record = await deps.stores.runs.read('march');
  if (!record) throw new Error('There is no run.');
  return (await whySilent(deps, record, view))?.outcome ?? null;
}

test.each([
  ['went as before', VIEW, 'quiet'],
  ['is the first', { ...VIEW, previous: null }, null],
  ['had other parameters', { ...VIEW, previous: { ...BEFORE, isOther: true } }, null],
  ['has another reason', { ...VIEW, reasons: [{ reason: 'http-404', count: 1 }] }, null],
  ['has other counts', { ...VIEW, counts: { ...COUNTS, total: 4 } }, null],
  [
    'has another figure',
    { ...VIEW, previous: { ...BEFORE, figures: [{ of: 'km', label: 'median', now: 6, before: 5 }] } },
    null,
  ],
  ['has a failure of its own', { ...VIEW, failure: { reason: 'reduce-failed', detail: 'x' } }, null],
  ['follows one whose report is gone', { ...VIEW, previous: { ...BEFORE, reasons: null } }, null],
] satisfies [string, ReportView, string | null][])('with quiet, a run that %s', async (_, view, expected) => {
  expect(await silence(view, { report: { email: ['a@b.org'], quiet: true } })).toBe(expected);
  expect(await silence(view, { report: { email: ['a@b.org'] } })).toBeNull();
});

test.each([
  [{ outcome: 'held' }, null],
  [{ outcome: 'quiet' }, 'quiet'],
  [{ status: 'failed' }, null],
] satisfies [Before, string | null][])('with quiet, a run that went as one that was %o', async (before, expected) => {
  expect(await silence(VIEW, { report: { email: ['a@b.org'], quiet: true } }, before)).toBe(expected);
});
