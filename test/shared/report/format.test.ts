import { expect, it } from 'vitest';
import { formatOf, short } from '../../../shared/report/format.ts';

const { dateTime, dollars, duration, milliseconds, number, percent, rate, shown } = formatOf();

it.each([
  [0, '0'],
  [28.0788, '28.08'],
  [-1_234.5, '-1,235'],
  [0.05, '0.05'],
  [135_233, '135,233'],
  [1e-7, '1E-7'],
  [2.5e20, '2.5E20'],
  [null, '–'],
  [Number.NaN, '–'],
])('number %s is %s', (value, text) => {
  expect(number(value)).toBe(text);
});

it.each([
  [0, 0, '–'],
  [1, 3, '33.3%'],
  [1, 1_000_000, '<0.1%'],
  [999_999, 1_000_000, '>99.9%'],
  [7, 7, '100%'],
  [0, 7, '0%'],
])('%s of %s is %s', (part, of, text) => {
  expect(percent(part, of)).toBe(text);
});

it.each([
  [-5, '0.0 s'],
  [41_630, '41.6 s'],
  [59_960, '1 min 00 s'],
  [3_599_600, '1 h 00 min'],
  [3_723_000, '1 h 02 min'],
  [50 * 3_600_000, '2 d 02 h'],
])('%s ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('writes paces, calls and dollars alike for terminal, page and console', () => {
  expect([0, 0.02, 2.54, 9.97, 4_800.4].map(rate)).toEqual(['0/s', '0.1/s', '2.5/s', '10/s', '4,800/s']);
  expect([0, 0.000_01, 0.004_2, 0.079_9, 12, 1_234.5].map(dollars)).toEqual([
    '$0.00',
    '<$0.0001',
    '$0.0042',
    '$0.08',
    '$12.00',
    '$1,234.50',
  ]);
  expect([milliseconds(1_250.4), shown(0.05, '/s'), shown(12, '%')]).toEqual(['1,250 ms', '0.05/s', '12%']);
});

it('says moments in UTC and shortens by characters', () => {
  expect(dateTime(Date.UTC(2026, 10, 5, 2, 0, 13))).toBe('5 Nov 2026, 02:00:13 UTC');
  expect(short('a\n b', 9)).toBe('a b');
  expect(short('🏝🏝🏝', 2)).toBe('🏝…');
});

it('writes numbers and dates of a locale, in its time zone', () => {
  const { number, percent, dateTime, duration } = formatOf({ locale: 'de-DE', timeZone: 'Europe/Berlin' });
  expect([number(1_234_567), number(28.0788), percent(1, 3).replace(/\s/, ' '), duration(41_630)]).toEqual([
    '1.234.567',
    '28,08',
    '33,3 %',
    '41,6 s',
  ]);
  expect(dateTime(Date.UTC(2026, 10, 5, 2, 0, 13))).toBe('05.11.2026, 03:00:13 MEZ');
});
