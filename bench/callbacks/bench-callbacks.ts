import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from '../../shared/project/bundle.ts';
import { check } from '../targets.ts';
import { figures } from './figures.ts';

const CHILDREN = 10_000;
const QUICK_CHILDREN = 1_000;
const LEAST_SHARE = 0.4;
const MOST_WRITE_UNITS = 3;

/**
 * Measures children that wait at once, and their callbacks, beside bare pairs of writes.
 * @param quick with fewer children
 * @returns whether the targets were met
 */
export async function benchCallbacks({ quick = false, json = false }): Promise<boolean> {
  const children = quick ? QUICK_CHILDREN : CHILDREN;
  process.stderr.write(`${children.toLocaleString('en')} children that wait at once …\n`);
  const script = await bundle({
    entry: fileURLToPath(new URL('measure-callbacks.ts', import.meta.url)),
    packages: 'external',
  });
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(children)]);
  const { exactRows, rate, pairs, writeUnitsPerChild, callsPerCallback } = figures.parse(
    JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''),
  );
  const floor = (pairs[0] + pairs[1]) / 2;
  const checks = [
    check('rows of the report that are what was called back', 'at least', children, exactRows),
    check('callbacks a second, of bare pairs of writes', 'at least', LEAST_SHARE, rate / floor),
    check('write units per child', 'at most', MOST_WRITE_UNITS, writeUnitsPerChild),
  ];
  const measured = { children, rate, pairs, writeUnitsPerChild, callsPerCallback };
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const lines = [
    `callbacks/s ${whole(rate)}, pairs of writes/s ${pairs.map(whole).join(' and ')}, SDK calls per callback ${callsPerCallback.toFixed(2)}`,
    ...checks.map(
      ({ name, bound, target, value, met }) => `${met ? '✓' : '✗'} ${name}: ${value.toFixed(3)}, ${bound} ${target}`,
    ),
  ];
  process.stdout.write(json ? `${JSON.stringify({ ...measured, checks })}\n` : `${lines.join('\n')}\n`);
  return checks.every(({ met }) => met);
}
