import { describe, expect, test } from 'vitest';
import { type DefinedLimits, limitsAt, mostInFlight } from '../../../../shared/domain/gate/limits.ts';

const evening = { from: '20:00', to: '06:00', timeZone: 'Australia/Sydney', inFlight: 900, ratePerSecond: 500 };
const noon = { from: '12:00', to: '13:00', timeZone: 'UTC', ratePerMinute: 60 };
const defined: DefinedLimits = { inFlight: 100, ratePerSecond: 50, burst: 5, profiles: [evening, noon] };
const at = (time: string) => Date.parse(`2026-01-15T${time}Z`);

describe('limits', () => {
  test.each([
    ['before eight in Sydney', '08:59:59', 100, 50],
    ['from eight in the evening there', '09:00:00', 900, 500],
    ['over midnight', '15:00:00', 900, 500],
    ['until six', '18:59:59', 900, 500],
    ['from six', '19:00:00', 100, 50],
    ['the first that holds', '12:30:00', 900, 500],
  ])('of a time of day: %s', (_, time, inFlight, perSecond) => {
    expect(limitsAt(defined, undefined, at(time))).toMatchObject({
      inFlight,
      rate: { perSecond, burst: 5 },
      revision: 0,
    });
  });

  test('of a profile in minutes leave what it does not name', () => {
    const limits = limitsAt({ ...defined, profiles: [noon] }, undefined, at('12:30:00'));
    expect(limits).toMatchObject({ inFlight: 100, rate: { perSecond: 1 } });
  });

  test('set by hand hold before all others, until they end', () => {
    const byHand = { inFlight: 20, ratePerSecond: 10, until: at('09:30:00'), revision: 3 };
    expect(limitsAt(defined, byHand, at('09:29:59'))).toMatchObject({
      inFlight: 20,
      rate: { perSecond: 10, burst: 5 },
      revision: 3,
    });
    expect(limitsAt(defined, byHand, at('09:30:00'))).toMatchObject({ inFlight: 900, revision: 3 });
    expect(limitsAt(defined, { ...byHand, until: null }, at('23:00:00'))).toMatchObject({ inFlight: 20 });
  });

  test('by hand are no more than what is deployed carries', () => {
    const byHand = { inFlight: 50_000, until: null, revision: 1 };
    expect(limitsAt(defined, byHand, at('00:00:00')).inFlight).toBe(900);
    expect(mostInFlight({ inFlight: 7 })).toBe(7);
  });

  test('without a rate have none', () => {
    expect(limitsAt({ inFlight: 7, burst: 0, profiles: [] }, undefined, at('00:00:00')).rate).toBeNull();
  });
});
