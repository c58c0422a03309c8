import { expect, test } from 'vitest';
import { releaseCheck } from '../../../cli/doctor/release.ts';
import { packageVersion } from '../../../shared/project/package-version.ts';

test('the release that is deployed and the one here are the same', () => {
  expect(releaseCheck(packageVersion())).toEqual({
    name: 'release',
    result: 'pass',
    detail: `${packageVersion()} deployed it, as here`,
  });
});

test('where it was built makes it no other release', () => {
  expect(releaseCheck('1.0.0+one', '1.0.0+other').result).toBe('pass');
});

test.each([
  ['1.9.0', '1.10.0'],
  ['1.0.0-beta.2', '1.0.0'],
  ['1.0.0-beta.9', '1.0.0-beta.10'],
  ['0.1.0', '1.0.0-beta.1'],
  ['1.0.0-rc.1+a.9', '1.0.0-rc.2+a.1'],
])('%s is older than %s: one says to deploy, the other to install what is deployed', (older, newer) => {
  expect(releaseCheck(older, newer)).toMatchObject({
    result: 'warn',
    detail: `${older} deployed it, and this is ${newer}`,
    next: expect.stringMatching(/^Deploy this one: npx cdk deploy\./),
  });
  expect(releaseCheck(newer, older)).toMatchObject({
    result: 'warn',
    next: `Install the one that is deployed: npm install microprocess@${newer}`,
  });
});
