import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from '../../shared/project/bundle.ts';
import { check } from '../targets.ts';
import { figures } from './figures.ts';

const TASKS = 100_000;
const QUICK_TASKS = 2_000;

interface Options {
  readonly quick?: boolean;
  readonly json?: boolean;
  /** Tasks of each kind, in place of the usual number. */
  readonly children?: number;
}

/**
 * Measures tasks that are created, cancelled and called, beside bare conditional puts.
 * @returns whether the targets were met
 */
export async function benchTasks({ quick = false, json = false, children }: Options): Promise<boolean> {
  const tasks = children ?? (quick ? QUICK_TASKS : TASKS);
  process.stderr.write(`${tasks.toLocaleString('en')} tasks …\n`);
  const script = await bundle({
    entry: fileURLToPath(new URL('measure-tasks.ts', import.meta.url)),
    packages: 'external',
  });
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(tasks)]);
  const measured = figures.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  const { puts, create, cancel, fire, lateMs, firedAfterCancel, lost, twice, raced, confirmed } = measured;
  const floor = (puts[0] + puts[1]) / 2;
  const checks = [
    check('creates a second, of bare conditional puts', 'at least', 0.8, create / floor),
    check('cancels a second, of bare conditional puts', 'at least', 0.8, cancel / floor),
    check('calls a second, of bare conditional puts', 'at least', 0.2, fire / floor),
    check('p99 of lateness at half of that load, ms', 'at most', 1_000, lateMs.p99),
    check('fired after a confirmed cancel', 'at most', 0, firedAfterCancel),
    check('lost', 'at most', 0, lost),
    check('twice', 'at most', 0, twice),
  ];
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const lines = [
    `puts/s ${puts.map(whole).join(' and ')}, creates/s ${whole(create)}, cancels/s ${whole(cancel)}, calls/s ${whole(fire)}`,
    `late by p50 ${whole(lateMs.p50)}, p99 ${whole(lateMs.p99)}, max ${whole(lateMs.max)} ms; ${whole(confirmed)} of ${whole(raced)} cancels beside them were confirmed`,
    ...checks.map(
      ({ name, bound, target, value, met }) => `${met ? '✓' : '✗'} ${name}: ${value.toFixed(3)}, ${bound} ${target}`,
    ),
  ];
  process.stdout.write(json ? `${JSON.stringify({ ...measured, checks })}\n` : `${lines.join('\n')}\n`);
  return checks.every(({ met }) => met);
}
