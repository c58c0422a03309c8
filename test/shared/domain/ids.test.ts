import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../../shared/domain/errors.ts';
import {
  childId,
  newRunId,
  packSegment,
  parseChildId,
  RUN_ID,
  scheduledRunId,
  unpackSegment,
} from '../../../shared/domain/ids.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

const refs = fc.record({
  slice: fc.integer({ min: 0, max: SIZES.slices - 1 }),
  segment: fc.integer({ min: 0, max: SIZES.segmentsPerSlice - 1 }),
  block: fc.integer({ min: 0, max: 255 }),
  n: fc.integer({ min: 0, max: 255 }),
});

test('a child id reads back', () => {
  fc.assert(
    fc.property(refs, (ref) => {
      expect(parseChildId(childId(ref))).toEqual(ref);
    }),
  );
  expect(childId({ slice: 0, segment: 3, block: 12, n: 255 })).toBe('0-3.12.255');
});

test.each(['', '0-0.0', '0-0.0.0.0', '0-0.0.1000', '-1-0.0.0', '0-0.0.a', ' 0-0.0.0', '0-0.0.0\n', '0.0.0-0'])(
  'no child id: %j',
  (text) => {
    expect(() => parseChildId(text)).toThrow(InputError);
    expect(() => parseChildId(text)).toThrow(JSON.stringify(text));
  },
);

test('a packed segment unpacks, and packs in the order of the report', () => {
  fc.assert(
    fc.property(refs, refs, (a, b) => {
      const packed = packSegment(a.slice, a.segment);
      expect(unpackSegment(packed)).toEqual({ slice: a.slice, segment: a.segment });
      const order = a.slice - b.slice || a.segment - b.segment;
      expect(Math.sign(packed - packSegment(b.slice, b.segment))).toBe(Math.sign(order));
    }),
  );
});

test('a new run id is the second it was made in and chance, and always an id', () => {
  expect(newRunId(Date.UTC(2026, 10, 3, 14, 7, 31), () => 0)).toBe('20261103-140731-000000');
  expect(newRunId(0, () => 1 - Number.EPSILON)).toBe('19700101-000000-zzzzzz');
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (at, x) => {
        expect(newRunId(at, () => x)).toMatch(RUN_ID);
      },
    ),
  );
});

test('the same tick is the same run, in whatever zone it is written', () => {
  expect(scheduledRunId(new Date('2026-11-03T02:00:00+11:00'))).toBe('schedule-20261102-150000');
  expect(scheduledRunId(new Date('2026-11-02T15:00:00.400Z'))).toBe('schedule-20261102-150000');
  expect(scheduledRunId(new Date())).toMatch(RUN_ID);
});

test.each(['march~2', 'a', 'x'.repeat(48), `${'x'.repeat(48)}~9999`])('a run id: %s', (id) => {
  expect(id).toMatch(RUN_ID);
});
test.each(['', 'march~1~2', 'march~0', 'march~02', 'a b', 'a/b', 'a#b', 'a.b', 'x'.repeat(49), 'mär', 'a\n'])(
  'no run id: %j',
  (id) => {
    expect(id).not.toMatch(RUN_ID);
  },
);
