import { describe, expect, test } from 'vitest';
import { ANSWERS, CALL_FAILURES, meaningOfFailure, meaningOfStatus } from '../../../shared/domain/answers.ts';

const statuses = Array.from({ length: 900 }, (_, i) => 100 + i);
const meaning = (of: string) => statuses.filter((status) => meaningOfStatus(status).meaning === of);

describe('the table of answers', () => {
  test('takes every status', () => {
    expect(meaning('succeeded')).toEqual(statuses.filter((s) => s >= 200 && s < 300 && ![202, 206].includes(s)));
    expect(meaning('pressure')).toEqual([429, 503]);
    expect(meaning('try-spent')).toEqual(statuses.filter((s) => [408, 425].includes(s) || (s >= 500 && s !== 503)));
    expect(meaning('final')).toHaveLength(898 - meaning('succeeded').length - meaning('try-spent').length);
  });

  test('takes what AWS answers in the place of a service as what the service would say, but for a missing right', () => {
    const differ = statuses.filter((s) => meaningOfStatus(s, true).meaning !== meaningOfStatus(s).meaning);
    expect(differ).toEqual([403]);
    expect(meaningOfStatus(403, true)).toEqual({ meaning: 'pressure', reason: 'http-403' });
  });

  test('is not undone by a status that HTTP does not have', () => {
    expect(meaningOfStatus(0)).toEqual({ meaning: 'final', reason: 'http-0' });
  });

  test('has each failure in one row', () => {
    const rows = ANSWERS.flatMap((rule) => ('failures' in rule ? rule.failures : []));
    expect([...rows].sort()).toEqual([...CALL_FAILURES].sort());
  });

  test.each(CALL_FAILURES)('says what %s means', (failure) => {
    const row = ANSWERS.find((rule) => 'failures' in rule && rule.failures.includes(failure));
    expect(meaningOfFailure(failure)).toBe(row?.meaning);
  });
});
