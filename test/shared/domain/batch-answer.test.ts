import { describe, expect, test } from 'vitest';
import { readBatch } from '../../../shared/domain/batch-answer.ts';
import type { Json } from '../../../shared/domain/json.ts';

const IDS = ['0-0.0.0', '0-0.0.1', '0-0.0.2'];
const good = { status: 200, result: 7 };
const outcomeOf = (one: Json) => {
  const answer = readBatch([good, one, good], IDS);
  return 'each' in answer ? answer.each[1] : answer.all;
};

describe('an outcome is judged as the answer to a call of its own', () => {
  test.each<[string, Json, object]>([
    ['a result', { status: 201, result: { a: 1 } }, { kind: 'succeeded', result: { a: 1 } }],
    ['none', { status: 204 }, { kind: 'succeeded', result: null }],
    ['null', { status: 200, result: null }, { kind: 'succeeded', result: null }],
    ['a refusal', { status: 422, result: { no: 1 } }, { kind: 'final', reason: 'http-422', body: '{"no":1}' }],
    ['a reason', { status: 422, reason: 'no-such' }, { kind: 'final', reason: 'no-such', body: '' }],
    ['a failure', { status: 500 }, { kind: 'try-spent', reason: 'http-500' }],
    ['never', { status: 500, retry: 'never' }, { kind: 'final', reason: 'http-500' }],
    ['a wait', { status: 503, retry: 'after=30' }, { kind: 'pressure', retryAfterMs: 30_000 }],
    ['pressure', { status: 429 }, { kind: 'pressure', retryAfterMs: 0 }],
    ['a promise', { status: 202 }, { kind: 'final', reason: 'http-202-not-supported' }],
  ])('%s', (_, one, expected) => {
    expect(outcomeOf(one)).toMatchObject(expected);
  });
});

describe('what is no outcome fails its item alone, with the place', () => {
  test.each<[Json, string]>([
    [7, 'the outcome'],
    [null, 'the outcome'],
    [{ score: 7 }, 'status'],
    [{ status: 200, score: 7 }, 'score'],
    [{ status: '200' }, 'status'],
    [{ status: 100 }, 'status'],
    [{ status: 200, reason: 7 }, 'reason'],
    [{ status: 200, ['x'.repeat(300)]: 7 }, 'x'.repeat(200)],
  ])('%j', (one, place) => {
    expect(outcomeOf(one)).toEqual({ kind: 'misfit', place });
  });
});

test('outcomes with ids may come in any order', () => {
  const each = [2, 0, 1].map((n) => ({ id: IDS[n] ?? '', status: 200, result: n }));
  expect(readBatch(each, IDS)).toEqual({ each: [0, 1, 2].map((result) => ({ kind: 'succeeded', result })) });
});

test('of outcomes without id among others, nobody knows whose they are', () => {
  const [first, , last] = IDS;
  const named = [
    { id: last ?? '', status: 200, result: 2 },
    { id: first ?? '', status: 422 },
  ];
  const each = [{ kind: 'final', reason: 'http-422' }, { kind: 'unnamed' }, { kind: 'succeeded', result: 2 }];
  for (const one of [good, null, { id: 7, status: 200 }])
    expect(readBatch([...named, one], IDS)).toMatchObject({ each });
});

describe('without an outcome for each child nothing is known of any', () => {
  const id = (n: number) => ({ id: IDS[n] ?? '', status: 200 });
  test.each<[string, Json, string]>([
    ['an object', { results: [] }, 'no list of outcomes'],
    ['a text', 'done', 'no list of outcomes'],
    ['too few', [good, good], '2 outcomes for 3 items'],
    ['too many', [good, good, good, good], '4 outcomes for 3 items'],
    ['an id twice', [id(0), id(1), id(1)], 'not one outcome for each id'],
    ['an id twice, and one that is missing', [id(0), id(0), good], 'not one outcome for each id'],
    [
      "another's id, and one that is missing",
      [{ id: '0-0.0.9', status: 200 }, id(1), good],
      'not one outcome for each id',
    ],
    ["another's id", [id(0), id(1), { id: '0-0.0.9', status: 200 }], 'not one outcome for each id'],
  ])('%s', (_, answer, place) => {
    expect(readBatch(answer, IDS)).toEqual({ all: { kind: 'misfit', place } });
  });
});
