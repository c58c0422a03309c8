import { expect, test } from 'vitest';
import { Pace } from '../../../cli/console/pace.ts';
import { progressOf } from './progress.ts';

test('a rate is that of the last five seconds, and one look alone gives none', () => {
  const pace = new Pace();
  pace.see(progressOf({ succeeded: 0 }), 0);
  pace.see(progressOf({ succeeded: 9_000 }), 10_000);
  expect(pace.perSecond).toBeNull();
  pace.see(progressOf({ succeeded: 9_100, failed: 100 }), 12_000);
  expect(pace.perSecond).toBe(100);
});

test('counters that go back for a moment give no negative rate', () => {
  const pace = new Pace();
  pace.see(progressOf({ succeeded: 100 }), 0);
  pace.see(progressOf({ succeeded: 90 }), 2_000);
  expect(pace.perSecond).toBe(0);
  expect(pace.course.map(({ perSecond }) => perSecond)).toEqual([0]);
});

test('a course of days keeps its ends and few samples', () => {
  const pace = new Pace();
  const seconds = 200_000;
  for (let s = 0; s <= seconds; s += 10) pace.see(progressOf({ succeeded: 50 * s }), 1_000 * s);
  const { course } = pace;
  expect(course.length).toBeLessThanOrEqual(240);
  expect(course.length).toBeGreaterThan(60);
  expect(new Set(course.map(({ perSecond }) => Math.round(perSecond)))).toEqual(new Set([50]));
  expect(course.at(-1)?.at).toBeGreaterThan(0.97 * seconds * 1_000);
});

test('a call takes what the calls of the last seconds took, each alone', () => {
  const pace = new Pace();
  pace.see(progressOf({ succeeded: 10, calledMs: 90_000 }), 0);
  expect(pace.meanMs).toBeNull();
  pace.see(progressOf({ succeeded: 28, failed: 2, calledMs: 91_000 }), 2_000);
  expect(pace.meanMs).toBe(50);
  pace.see(progressOf({ succeeded: 28, failed: 2, calledMs: 91_000 }), 4_000);
  expect(pace.course.map(({ meanMs }) => meanMs)).toEqual([50, null]);
});
