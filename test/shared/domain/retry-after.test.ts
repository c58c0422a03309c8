import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHttpDate, retryAfterMs } from '../../../shared/domain/retry-after.ts';

const NOW = Date.UTC(2026, 10, 3, 12);

test.each([
  ['absent', null, 0],
  ['seconds', '120', 120_000],
  ['seconds with spaces', ' 5 ', 5_000],
  ['zero', '0', 0],
  ['a fraction', '1.5', 1_500],
  ['a fraction without its zero', '.25', 250],
  ['a fraction of a millisecond, rounded up', '0.0001', 1],
  ['more digits than any wait', '99999999999', 99_999_999_999_000],
  ['more digits than a number holds', '9'.repeat(400), Number.POSITIVE_INFINITY],
  ['a negative number', '-5', 0],
  ['a number with a sign', '+5', 0],
  ['a number with an exponent', '1e3', 0],
  ['a hexadecimal number', '0x10', 0],
  ['a number with a unit', '5s', 0],
  ['words', 'later', 0],
  ['nothing', '', 0],
  ['a date ahead', 'Tue, 03 Nov 2026 12:00:30 GMT', 30_000],
  ['a date gone by', 'Tue, 03 Nov 2026 11:00:00 GMT', 0],
  ['an RFC 850 date', 'Tuesday, 03-Nov-26 12:01:00 GMT', 60_000],
  ['an asctime date', 'Tue Nov  3 12:00:05 2026', 5_000],
  ['a leap second', 'Tue, 03 Nov 2026 12:00:60 GMT', 60_000],
  ['an ISO date, which Date.parse would take', '2026-11-03T13:00:00Z', 0],
  ['a date of another zone', 'Tue, 03 Nov 2026 13:00:00 +0100', 0],
  ['a year alone, which Date.parse would take too', '2027', 2_027_000],
  ['a date that is none', 'Tue, 31 Nov 2026 12:00:00 GMT', 0],
  ['a time that is none', 'Tue, 03 Nov 2026 25:00:00 GMT', 0],
  ['two, of which the longer counts', '5, 120', 120_000],
  ['two in the other order', '120, 5', 120_000],
  ['a date and seconds', 'Tue, 03 Nov 2026 12:00:30 GMT, 7', 30_000],
  ['seconds and a date', '7, Tue, 03 Nov 2026 12:00:30 GMT', 30_000],
  ['two dates', 'Tue, 03 Nov 2026 12:00:30 GMT, Tuesday, 03-Nov-26 12:01:00 GMT', 60_000],
  ['one that is read beside one that is not', 'soon, 9', 9_000],
])('Retry-After: %s', (_, header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});

test('any text comes to a wait', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(retryAfterMs(text, NOW)).toBeGreaterThanOrEqual(0);
    }),
  );
});

describe('an HTTP date', () => {
  test('is read back in each form', () => {
    const seconds = fc.integer({ min: Date.UTC(1980) / 1_000, max: Date.UTC(2075) / 1_000 });
    fc.assert(
      fc.property(seconds, (at) => {
        const time = at * 1_000;
        const imf = new Date(time).toUTCString();
        const [weekday = '', day = '', month = '', year = '', clock = ''] = imf.replace(',', '').split(' ');
        expect(parseHttpDate(imf, NOW)).toBe(time);
        expect(parseHttpDate(`${weekday} ${month} ${day.replace(/^0/, ' ')} ${clock} ${year}`, NOW)).toBe(time);
        const long = { Tue: 'Tuesday', Wed: 'Wednesday', Thu: 'Thursday', Sat: 'Saturday' }[weekday] ?? `${weekday}day`;
        expect(parseHttpDate(`${long}, ${day}-${month}-${year.slice(2)} ${clock} GMT`, NOW)).toBe(time);
      }),
    );
  });

  test('of two digits is at most fifty years ahead', () => {
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    expect(parseHttpDate('Friday, 06-Nov-76 08:49:37 GMT', NOW)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37));
    expect(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', NOW)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37));
  });
});
