import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NAME } from '../../../shared/domain/ids.ts';
import { logicalId } from '../../../shared/project/deployment.ts';

const any = fc.stringMatching(NAME);
/** Few characters, so that names which differ in little are made often. */
const close = fc.stringMatching(/^[abABZ1_-]{1,6}$/);

describe('the id of a name', () => {
  test.each([
    ['scores', 'Scores'],
    ['airport-access', 'AirportAccess'],
    ['b2b-scores', 'B2bScores'],
    ['0-x', '0X'],
    ['_nightly', 'nZUnightly'],
    ['a_b', 'naZUb'],
    ['a-1', 'naZD1'],
    ['creditZ', 'ncreditZZ'],
  ])('%s is %s', (name, id) => {
    expect(logicalId(name)).toBe(id);
  });

  test('is one that CloudFormation takes, with room for what is put behind it', () => {
    const fits = fc.property(any, (name) => {
      expect(logicalId(name)).toMatch(/^[A-Za-z0-9]{1,97}$/);
    });
    fc.assert(fits, { numRuns: 1_000 });
    expect(logicalId('_'.repeat(48))).toHaveLength(97);
  });

  test.each([
    ['any two', any],
    ['two close', close],
  ])('is not that of another name: %s', (_, name) => {
    const apart = fc.property(name, name, (a, b) => {
      expect(logicalId(a) === logicalId(b)).toBe(a === b);
    });
    fc.assert(apart, { numRuns: 5_000 });
  });

  test('is not that of another name: all of one to four characters out of five', () => {
    const longer = (names: readonly string[]) => names.flatMap((name) => [...'aZ1_-'].map((next) => name + next));
    const ofLength = [longer([''])];
    for (let length = 2; length <= 4; length++) ofLength.push(longer(ofLength.at(-1) ?? []));
    const names = ofLength.flat();
    expect(names).toHaveLength(5 + 25 + 125 + 625);
    expect(new Set(names.map(logicalId)).size).toBe(names.length);
  });
});
