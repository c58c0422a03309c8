import { packageVersion } from '../../shared/project/package-version.ts';
import { type Check, pass, warn } from './check.ts';

/** Whether the release that deployed a pipeline is the one at this terminal: both read and write its records. */
export function releaseCheck(deployed: string, here = packageVersion()): Check {
  const name = 'release';
  if (deployed === here) return pass(name, `${here} deployed it, as here`);
  const detail = `${deployed} deployed it, and this is ${here}`;
  return isNewer(deployed, here)
    ? warn(name, detail, `Install the one that is deployed: npm install microprocess@${deployed}`)
    : warn(name, detail, 'Deploy this one: npx cdk deploy. docs/upgrading.md says what runs under way meet.');
}

/** By semantic versioning: the numbers decide, then that 1.0.0 comes behind 1.0.0-beta. */
function isNewer(a: string, b: string): boolean {
  const [of, than] = [a, b].map((version) => {
    const [numbers = '', ...before] = version.split('-');
    return { numbers, before: before.join('-') };
  });
  if (!of || !than || of.numbers !== than.numbers) return inOrder(than?.numbers ?? '', of?.numbers ?? '');
  return of.before === '' || (than.before !== '' && inOrder(than.before, of.before));
}

function inOrder(first: string, second: string): boolean {
  return first.localeCompare(second, 'en', { numeric: true }) < 0;
}
