import { TimeZone } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { timeZoneProblem } from '../../../shared/author/time-zone.ts';

/** The CDK's own list of zones for Scheduler; `Factory`, for clocks that nobody has set, is no place. */
const CDK_NAMES = Object.values(TimeZone)
  .filter((zone): zone is TimeZone => zone instanceof TimeZone)
  .map(({ timezoneName }) => timezoneName)
  .filter((name) => name !== 'Factory');

const TODAY =
  'Asia/Kolkata Europe/Kyiv Asia/Ho_Chi_Minh America/Argentina/Buenos_Aires Asia/Kathmandu Asia/Yangon America/Nuuk Etc/UTC ' +
  'Pacific/Kanton America/Ciudad_Juarez America/Coyhaique Asia/Qostanay Atlantic/Faroe Africa/Asmara Pacific/Chuuk';
const LEGACY =
  'Asia/Calcutta Europe/Kiev Asia/Saigon America/Buenos_Aires US/Eastern US/East-Indiana America/Knox_IN Australia/NSW ' +
  'America/Argentina/ComodRivadavia Brazil/DeNoronha Chile/EasterIsland Mexico/BajaNorte Antarctica/McMurdo Etc/GMT+12 ' +
  'Etc/GMT-14 Etc/GMT0 UTC GMT CET EST5EDT NZ-CHAT W-SU Zulu America/Port-au-Prince Africa/Dar_es_Salaam Europe/Isle_of_Man';

describe('a zone passes', () => {
  test('that the CDK has a name for', () => {
    expect(CDK_NAMES.length).toBeGreaterThan(300);
    expect(CDK_NAMES.filter((name) => timeZoneProblem(name) !== null)).toEqual([]);
  });

  test('that this Node lists', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((name) => timeZoneProblem(name) !== null)).toEqual([]);
  });

  test.each(`${TODAY} ${LEGACY}`.split(' '))('%s', (name) => expect(timeZoneProblem(name)).toBeNull());
});

describe('a zone is refused that', () => {
  test.each([
    ['is nowhere', ['Sydney', 'Asia/Hanoi', 'Etc/Unknown', 'Etc/GMT+13', 'Europe/', '/', '', 'Factory', 'posix/UTC']],
    ['is an offset, which Node takes from version 22 on', ['+05:30', '+0530', '-08', 'Z', 'UTC+1', 'GMT+5']],
    ["is ICU's own", ['AST', 'IST', 'CST', 'PST', 'JST', 'VST', 'SystemV/PST8PDT', 'US/Pacific-New']],
    ['has something beside it', [' UTC', 'UTC ', 'Europe/Berlin\n', 'Asia/Kolkata\u0000', 'Europe/Zürich']],
  ])('%s', (_, names) => {
    for (const name of names) {
      expect(timeZoneProblem(name), name).toBe(
        'must be a name of the IANA time zone database, such as Europe/Berlin, Asia/Kolkata or UTC',
      );
    }
  });

  test.each([
    ['asia/kolkata', 'Asia/Kolkata'],
    ['EUROPE/ISLE_OF_MAN', 'Europe/Isle_of_Man'],
    ['Etc/utc', 'Etc/UTC'],
    ['utc', 'UTC'],
    ['us/east-indiana', 'US/East-Indiana'],
    ['antarctica/mcmurdo', 'Antarctica/McMurdo'],
  ])('%s is written otherwise, and it is said how', (name, written) => {
    expect(timeZoneProblem(name)).toMatch(new RegExp(`; this one is written ${written}$`));
    expect(timeZoneProblem(written)).toBeNull();
  });
});
