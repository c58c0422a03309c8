import { expect, it } from 'vitest';
import { DEFAULT_FORMAT } from '../../../shared/report/format.ts';
import { verdictWords } from '../../../shared/report/verdict.ts';
import type { ReportView } from '../../../shared/report/view.ts';
import { view } from '../author/reducers/rows.ts';

const failure = { reason: 'reduce-failed', detail: 'sections(): x' };
const LATE_THEN_WHY = /^It was cancelled, but all children had been called\. 233 of/;

it.each<[Partial<ReportView>, string | null]>([
  [{ status: 'failed', tolerated: { failedPercent: 0.1 } }, '233 of 135,233 failed (0.2%); up to 0.1% are tolerated.'],
  [{ status: 'failed', tolerated: { failedCount: 0 } }, '233 of 135,233 failed (0.2%); none is tolerated.'],
  [{ tolerated: { failedCount: 5_000 } }, '233 of 135,233 failed (0.2%); up to 5,000 are tolerated.'],
  [{ status: 'expired', closed: 'expired' }, 'It was closed before its end: its deadline passed.'],
  [{ status: 'failed', closed: 'canary-failed' }, expect.stringMatching(/^It was closed before its end: .*canary/)],
  // A close that came too late to leave anything out.
  [{ closed: 'cancelled', tolerated: { failedCount: 300 } }, expect.stringMatching(LATE_THEN_WHY)],
  [{ status: 'failed', closed: 'cancelled', tolerated: { failedCount: 3 } }, expect.stringMatching(LATE_THEN_WHY)],
  [{ status: 'succeeded', closed: 'cancelled' }, 'It was cancelled, but all children had been called.'],
  // A section says it.
  [{ status: 'failed', tolerated: { failedCount: 300 }, failure }, null],
  [{ status: 'succeeded', tolerated: { failedCount: 0 } }, null],
])('%j: %s', (over, words) => {
  expect(verdictWords(view(over), DEFAULT_FORMAT)).toEqual(words);
});
