import { compare, valid } from 'semver';
import { docsPage } from '../../shared/project/docs.ts';
import { packageVersion } from '../../shared/project/package-version.ts';
import { type Check, pass, warn } from './check.ts';

/** Whether the release that deployed a pipeline is the one at this terminal: both read and write its records. */
export function releaseCheck(deployed: string, here = packageVersion()): Check {
  const name = 'release';
  // What stands behind a plus says where it was built, and makes it no other release.
  const order = valid(deployed) && valid(here) ? compare(deployed, here) : Number.NaN;
  if (deployed === here || order === 0) return pass(name, `${here} deployed it, as here`);
  const detail = `${deployed} deployed it, and this is ${here}`;
  return order > 0
    ? warn(name, detail, `Install the one that is deployed: npm install microprocess@${deployed}`)
    : warn(name, detail, `Deploy this one: npx cdk deploy. ${docsPage('upgrading.md')} says what runs under way meet.`);
}
