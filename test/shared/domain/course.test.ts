import { expect, test } from 'vitest';
import { Course, type CourseJson, callTimeAt } from '../../../shared/domain/course.ts';

const START = Date.UTC(2026, 10, 21, 19);
const child = (afterMs: number, ms: number, attempts = 1) => ({ at: START + afterMs, ms, attempts });
const courseOf = (...children: ReturnType<typeof child>[]): CourseJson => {
  const course = new Course();
  for (const each of children) course.add(each);
  return course.toJSON();
};

test('children that were called are counted where they ended, with what their calls took', () => {
  const { widthMs, first, ended, ms } = courseOf(child(0, 10), child(600, 30), child(3_800, 5), child(9_999, 77, 0));
  expect([widthMs, first * widthMs, ended, ms]).toEqual([1_000, START, [2, 0, 0, 1], [40, 0, 0, 5]]);
});

test('a long run has as many buckets as a short one, each wider', () => {
  const { widthMs, ended } = courseOf(...Array.from({ length: 5_000 }, (_, i) => child(i * 60_000, 10)));
  expect(ended.length).toBeLessThanOrEqual(48);
  expect(ended.length).toBeGreaterThanOrEqual(24);
  expect(widthMs * ended.length).toBeGreaterThanOrEqual(4_999 * 60_000);
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(5_000);
});

test('parts come to the same in any order as their children do together', () => {
  const children = Array.from({ length: 600 }, (_, i) => child(i * i * 7, 1 + ((i * 37) % 900), 1 + (i % 3)));
  const parts = [children.slice(0, 5), children.slice(5, 200), children.slice(200)].map((some) => courseOf(...some));
  const merged = (order: readonly number[]) => {
    const course = new Course();
    for (const i of order) course.merge(parts[i] ?? courseOf());
    return course.toJSON();
  };
  const whole = courseOf(...children);
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
  ])
    expect(merged(order)).toEqual(whole);
  expect(whole).toMatchObject({ retried: 400, repeats: 600 });
});

test('call times are known to a few per cent', () => {
  const course = courseOf(...Array.from({ length: 100 }, (_, i) => child(0, 10 * (i + 1))));
  expect(callTimeAt(course, 0.5)).toBeGreaterThan(475);
  expect(callTimeAt(course, 0.5)).toBeLessThan(530);
  expect(callTimeAt(course, 0.95)).toBeGreaterThan(900);
  expect(callTimeAt(courseOf(), 0.5)).toBeNull();
});
