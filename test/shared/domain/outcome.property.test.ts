import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeOutcomes, type Outcome, type OutcomePage } from '../../../shared/domain/outcome.ts';
import { CHILD_STATUSES } from '../../../shared/domain/row.ts';

const outcome: fc.Arbitrary<Outcome> = fc.record({
  n: fc.integer({ min: 0, max: 5 }),
  status: fc.constantFrom(...CHILD_STATUSES),
  reason: fc.constantFrom(null, 'http-500', 'poison'),
  result: fc.integer(),
  attempts: fc.integer({ min: 0, max: 5 }),
  ms: fc.nat(),
});
const page = (id: string) =>
  fc.record({
    id: fc.constant(id),
    at: fc.nat(),
    // A page names a child once: that is how they are written.
    outcomes: fc.uniqueArray(outcome, { selector: ({ n }) => n, maxLength: 5 }),
  });
const pages: fc.Arbitrary<OutcomePage[]> = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,4}$/), { maxLength: 6 })
  .chain((ids) => fc.tuple(...ids.map(page)));

const plain = (merged: ReturnType<typeof mergeOutcomes>) => [...merged].sort(([a], [b]) => a - b);

test('neither the order of pages nor reading one twice changes what counts', () => {
  const disorder = pages.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.shuffledSubarray(all)),
  );
  fc.assert(
    fc.property(disorder, ([all, shuffled, again]) => {
      expect(plain(mergeOutcomes([...again, ...shuffled]))).toEqual(plain(mergeOutcomes(all)));
    }),
  );
});

test('each child that any page names has one outcome, and it is one that was written for it', () => {
  fc.assert(
    fc.property(pages, (all) => {
      const merged = mergeOutcomes(all);
      expect(new Set(merged.keys())).toEqual(new Set(all.flatMap(({ outcomes }) => outcomes.map(({ n }) => n))));
      for (const [n, { at, ...end }] of merged) {
        expect(end.n).toBe(n);
        expect(
          all.some((one) => one.at === at && one.outcomes.some((each) => JSON.stringify(each) === JSON.stringify(end))),
        ).toBe(true);
      }
    }),
  );
});

const end = (status: Outcome['status'], over: Partial<Outcome> = {}): Outcome => ({
  n: 0,
  status,
  reason: null,
  result: null,
  attempts: 1,
  ms: 1,
  ...over,
});
const written = (id: string, ...outcomes: Outcome[]): OutcomePage => ({ id, at: 7, outcomes });

test.each([
  ['success over failure', 'FAILED', 'SUCCEEDED', 'SUCCEEDED'],
  ['success over cancelled', 'CANCELLED', 'SUCCEEDED', 'SUCCEEDED'],
  ['success over expired', 'EXPIRED', 'SUCCEEDED', 'SUCCEEDED'],
  ['failure over cancelled', 'CANCELLED', 'FAILED', 'FAILED'],
  ['failure over expired', 'EXPIRED', 'FAILED', 'FAILED'],
  ['of equals the lower page', 'CANCELLED', 'EXPIRED', 'CANCELLED'],
  ['of equals the lower page, the other way', 'EXPIRED', 'CANCELLED', 'EXPIRED'],
] as const)('%s', (_, low, high, wins) => {
  expect(mergeOutcomes([written('a', end(low)), written('b', end(high))]).get(0)?.status).toBe(wins);
});

test('of two successes the lowest page id counts, with its result and time', () => {
  const a = { id: 'a', at: 2, outcomes: [end('SUCCEEDED', { result: 'first' })] };
  const b = { id: 'b', at: 1, outcomes: [end('SUCCEEDED', { result: 'second' })] };
  expect(mergeOutcomes([b, a]).get(0)).toMatchObject({ result: 'first', at: 2 });
});

test('no page, no outcome', () => {
  expect(mergeOutcomes([]).size).toBe(0);
});
