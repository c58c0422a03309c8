import { expect, it } from 'vitest';
import { distinct } from '../../../../shared/author/reducers/distinct.ts';
import { groupBy } from '../../../../shared/author/reducers/group-by.ts';
import { HyperLogLog } from '../../../../shared/author/reducers/hyper-log-log.ts';
import { hashOf } from '../../../../shared/domain/text.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, row, sectionsOf, tableOf } from './rows.ts';

const reduce = distinct<City, Answer>('city');

function figure(rows: Parameters<typeof sectionsOf<City, Answer>>[1], by = reduce) {
  const [section] = sectionsOf(by, rows);
  return section?.kind === 'figures' ? section.figures[0] : undefined;
}

it('counts each value once, exactly where there are few', () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => row(n, n, { item: { city: `City ${n % 1_000}` } }));
  expect(figure(rows)).toEqual({ key: 'distinct', label: 'Different city', value: 1_000 });
});

it('tells a text from a number, and counts nothing where there is nothing', () => {
  const values = ['7', 7, null, undefined, '', [7], '[7]'];
  const by = distinct<City, Answer>({
    name: 'any',
    of: ({ attempts }) => JSON.parse(JSON.stringify(values[attempts] ?? null)),
  });
  expect(
    figure(
      values.map((_, attempts) => row(attempts, 1, { attempts })),
      by,
    )?.value,
  ).toBe(4);
});

it.each([1_200, 20_000, 60_000, 500_000])('estimates %i within what it says, of texts that hardly differ', (count) => {
  const log = new HyperLogLog(14);
  for (let i = 0; i < count; i++) log.add(hashOf(`"user-${i}@example.com"`));
  expect(Math.abs(log.estimate() - count)).toBeLessThanOrEqual(0.025 * count);
});

it('says how far off an estimate may be', () => {
  const rows = Array.from({ length: 5_000 }, (_, n) => row(n, n));
  expect(figure(rows)).toMatchObject({
    within: 0.03,
    value: expect.toSatisfy((n: number) => Math.abs(n - 5_000) <= 150),
  });
});

it('keeps the laws of a reduce: exact, estimated, and of groups', () => {
  const rows = Array.from({ length: 1_500 }, (_, n) => row(n, n));
  checkLaws(reduce, rows, { cases: 3 });
  checkLaws(groupBy('country', reduce), rows, { cases: 3 });
  expect(tableOf(groupBy('country', reduce), rows).rows).toHaveLength(3);
});

it('refuses to merge what is not a part', () => {
  expect(() => reduce.start().merge('0')).toThrow('16384 characters');
  expect(() => reduce.start().merge('?'.repeat(16_384))).toThrow('received "?"');
});
