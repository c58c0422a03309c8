import type { Check } from '../targets.ts';
import type { Protection } from './live-protection.ts';
import type { PushResult } from './rows.ts';

/** A row's rules as text: what was asked, what was seen, whether it holds. */
export function rowText({ name, on, seconds, checks, error }: PushResult): string {
  const lines = checks.map(line);
  if (error !== null) lines.push(`  ✗ not measured: ${error}`);
  return [`\n${name} (${on}, ${seconds.toFixed(1)} s)`, ...lines, ''].join('\n');
}

/** What live traffic waits inside its service beside a run. */
export function protectionText(protections: readonly Protection[]): string {
  const rows = protections.map(({ name, p50, p99, most, children }) =>
    [
      `  ${name.padEnd(46)}`,
      ...[p50, p99, most].map((ms) => ms.toFixed(1).padStart(9)),
      `${children}`.padStart(10),
    ].join(''),
  );
  const head = `  ${''.padEnd(46)}${'p50'.padStart(9)}${'p99'.padStart(9)}${'most'.padStart(9)}${'children'.padStart(10)}`;
  return [
    '\nLive traffic beside a run: milliseconds that a live call waits inside its service (virtual time)',
    head,
    ...rows,
    '',
  ].join('\n');
}

function line({ name, bound, target, value, met }: Check): string {
  // A value must not be rounded to the target that it misses.
  const seen = !met && figure(value) === figure(target) ? String(value) : figure(value);
  return `  ${met ? '✓' : '✗'} ${name.padEnd(52)} asked ${`${bound} ${figure(target)}`.padEnd(16)} seen ${seen}`;
}

/** Three digits are all that two runs have in common. */
function figure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
