import { describe, expect, test } from 'vitest';
import { explore } from '../explore.ts';
import { type LatenessRules, latenessModel, MINUTES } from './lateness.ts';

const found = (over: Partial<LatenessRules>) =>
  explore(latenessModel({ ...MINUTES, ...over })).failure?.what ?? 'on time';

describe('a call comes on time', () => {
  test.each<[string, Partial<LatenessRules>]>([
    ['while the index lags under 8 minutes', {}],
    ['moved', { moves: 1 }],
    ['as rounds of two come once in 3 minutes', { rounds: 2, period: 3 }],
    ['up to a lag of what is near', { lag: 10 }],
  ])('%s', (_, over) => expect(found(over)).toBe('on time'));

  test('or as much later as the index lags more', () => {
    expect(found({ lag: 12 })).toMatch(/late/);
    expect(found({ lag: 12, mostLate: 2 })).toBe('on time');
    expect(found({ lag: 12, mostLate: 1 })).toBe('2 minutes late');
  });

  test('not with rounds rarer than their lead', () => expect(found({ period: 5 })).toMatch(/late/));
});
