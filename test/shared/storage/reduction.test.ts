import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Accumulator } from '../../../shared/author/reduce.ts';
import { NO_COUNTS } from '../../../shared/domain/run.ts';
import { Reduction, resultOf } from '../../../shared/storage/reduction.ts';

const RUN = { counts: NO_COUNTS };

/** A reduce that adds numbers up, but for what is said; as untyped code may say it. */
const summing = (over: Record<string, unknown> = {}) => ({
  start: () => {
    let sum = 0;
    const accumulator: Accumulator = {
      add: () => sum++,
      merge: (other) => {
        sum += Number(other);
      },
      toJSON: () => sum,
      sections: () => [{ kind: 'figures', title: 'Sum', figures: [{ label: 'sum', value: sum }] }],
    };
    return Object.assign(accumulator, over);
  },
});

const boom = () => {
  throw new TypeError('of 4929 1234 5678 9012');
};
const forever = () => {
  for (;;);
};

test('what works comes to statistics and sections', () => {
  const reduction = new Reduction(summing());
  reduction.merge(3);
  reduction.merge(4);
  expect(resultOf(reduction)).toEqual({ statistics: 7 });
  expect(reduction.sections(RUN)).toMatchObject([{ title: 'Sum' }]);
  expect(reduction.failure).toBeNull();
});

test.each<[step: string, over: Record<string, unknown>, why: RegExp]>([
  ['merge', { merge: boom }, /^merge\(\): TypeError at .*boom.* \(.*reduction\.test\.ts:\d+:\d+\)$/],
  ['merge', { merge: async () => boom() }, /^merge\(\): returned a promise/],
  ['merge', { merge: forever }, /^merge\(\): took longer than 1 s$/],
  ['toJSON', { toJSON: boom }, /^toJSON\(\): TypeError at .*boom/],
  ['toJSON', { toJSON: async () => 1 }, /^toJSON\(\): returned a promise/],
  ['toJSON', { toJSON: () => undefined }, /^toJSON\(\): what it returned is undefined/],
  ['toJSON', { toJSON: () => 1n }, /^toJSON\(\): what it returned is a bigint/],
  [
    'toJSON',
    { toJSON: () => 'x'.repeat(5_000_000) },
    /^toJSON\(\): returned 5000002 bytes of JSON; allowed are 4194304/,
  ],
  ['sections', { sections: boom }, /^sections\(\): TypeError at .*boom/],
  ['sections', { sections: async () => [] }, /^sections\(\): returned a promise/],
  [
    'sections',
    { sections: () => [{ kind: 'hologram' }] },
    /^sections\(\): What the reduce returned as sections is not/,
  ],
  ['sections', { sections: () => undefined }, /^sections\(\): What the reduce returned as sections is not valid/],
  ['sections', { sections: forever }, /^sections\(\): took longer than 1 s$/],
])('%s that fails comes to nothing, says why, and no value; nothing is asked after it', async (_, over, why) => {
  const reduction = new Reduction(summing(over), 500);
  reduction.merge(3);
  const { statistics } = resultOf(reduction);
  const sections = reduction.sections(RUN);
  expect(reduction.failure).toMatch(why);
  expect(reduction.failure).not.toContain('4929');
  expect(sections).toEqual([]);
  if (!('sections' in over)) expect(statistics).toBeNull();
  reduction.merge(3);
  const child = { id: '0-0.0.0', item: 1, attempts: 1, ms: 1, at: 0 };
  reduction.add({ ...child, status: 'SUCCEEDED', reason: null, result: 1, excerpt: null });
  expect(resultOf(reduction)).toEqual({ statistics: null, reduceError: reduction.failure });
  // A rejection that nobody handles would fail this test.
  await nextTurn();
});

test.each<[string, () => unknown, RegExp]>([
  ['throws', boom, /^start\(\): TypeError at .*boom/],
  ['throws nothing at all', () => Promise.reject(new Error('late')), /^start\(\): returned a promise/],
  [
    'gives nothing',
    () => undefined,
    /^start\(\): returned nothing that has add\(\), merge\(\), toJSON\(\), sections\(\)$/,
  ],
  ['gives less', () => ({ ...summing().start(), sections: 1 }), /^start\(\): returned nothing that has sections\(\)$/],
])('a start that %s fails the reduction', (_, start, why) => {
  const reduce = summing();
  const reduction = new Reduction(Object.assign(reduce, { start }));
  expect(reduction.failure).toMatch(why);
  expect(resultOf(reduction)).toEqual({ statistics: null, reduceError: reduction.failure });
});

test('its calls share their time', () => {
  const slow = () => {
    const until = performance.now() + 40;
    while (performance.now() < until);
  };
  const reduction = new Reduction(summing({ merge: slow }), 100);
  for (let i = 0; i < 5; i++) reduction.merge(1);
  expect(reduction.failure).toMatch(/^merge\(\): took longer/);
});
