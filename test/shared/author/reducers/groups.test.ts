import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Groups, groupsSchema } from '../../../../shared/author/reducers/groups.ts';

type Entry = readonly [name: string, value: number];

/** Exact while 20 values are kept of all groups together, then while 2 are of each. */
function groupsOf(entries: readonly Entry[]): Groups {
  const groups = new Groups(1_000, 50);
  for (const [name, value] of entries) groups.add(name, value);
  return groups;
}

const stored = (groups: Groups) => groupsSchema.parse(JSON.parse(JSON.stringify(groups)));
const entries = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'), fc.integer({ min: 1, max: 9 })),
  {
    maxLength: 60,
  },
);

it('come to the same in any parts, also where the parts have few values and the whole has many', () => {
  fc.assert(
    fc.property(entries, entries, entries, (one, other, third) => {
      const whole = groupsOf([...one, ...other, ...third]);
      const merged = new Groups(1_000, 50);
      for (const part of [third, one, other]) merged.merge(stored(groupsOf(part)));
      expect(stored(merged)).toEqual(stored(whole));
      expect(merged.medians(0)).toEqual(whole.medians(0));
      expect(merged.areExact).toBe(whole.areExact);
    }),
  );
});

it('are exact while their values together are few, however many one of them has', () => {
  const twenty = Array.from({ length: 20 }, (_, i): Entry => [i < 18 ? 'large' : 'small', i]);
  expect(groupsOf(twenty).areExact).toBe(true);
  expect(groupsOf([...twenty, ...twenty]).areExact).toBe(true);
  expect(groupsOf([...twenty, ['small', 99]]).areExact).toBe(false);
});

it('have the exact median of ten thousand values together', () => {
  const groups = new Groups(10_000);
  for (let i = 0; i < 10_000; i++) groups.add(`C${i % 2}`, 2 * i + 0.5);
  expect(groups.medians(1)).toEqual([
    { group: 'C0', count: 5_000, median: 9_998.5 },
    { group: 'C1', count: 5_000, median: 10_000.5 },
  ]);
  groups.add('C2', 1);
  expect(groups.areExact).toBe(false);
});
