import { expect, test } from 'vitest';
import { bar, statusBadge } from '../../../cli/console/figures.ts';
import { progressOf } from './progress.ts';

const text = (markup: unknown) =>
  String(markup)
    .replaceAll(/<[^>]*>/g, '')
    .trim();

test('a bar is as far as the run, and never at its end before the run is', () => {
  const at = (succeeded: number, record = {}) => String(bar(progressOf({ succeeded, record }), 50, true));
  expect(at(500)).toContain('<progress max="1" value="0.5" aria-label="Progress of run');
  expect(at(1_000)).toContain('value="0.99"');
  expect(at(1_000, { status: 'succeeded', endedAt: 1 })).toContain('value="1"');
  // Nobody knows yet how much there is: it has no place, and moves.
  expect(String(bar(progressOf({ totalKnown: false }), 0, true))).toContain('<progress max="1" aria-label');
});

test('beside it stands how fast it is and what it does, or that nobody works on it', () => {
  const progress = progressOf({ succeeded: 500 });
  expect(text(bar(progress, 50, true))).toBe('500 of 1,000 · 50/s · 10 s left');
  expect(text(bar(progress, null, true))).toBe('500 of 1,000 · calling');
  expect(text(bar(progress, 0, false))).toBe('500 of 1,000 · no process works on it: resume it');
  expect(text(bar(progressOf({ record: { status: 'succeeded', endedAt: 1 } }), 0, false))).toBe('1,000 of 1,000');
});

test.each([
  ['running', true, '▶ calling'],
  ['running', false, '‖ interrupted'],
  ['paused', false, '‖ paused'],
  ['succeeded-with-failures', false, '⚠ Succeeded with failures'],
] as const)('a run that is %s, worked on or not (%s), is %s', (status, isWorkedOn, said) => {
  expect(text(statusBadge(status, isWorkedOn))).toBe(said);
});
