import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callChild } from '../../../functions/forwarder/call-child.ts';
import { call as asCall } from '../../../shared/author/call.ts';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../../shared/calling/gate.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { NO_TRIES } from '../../../shared/domain/sending.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import type { CallRequest } from '../../../shared/ports/caller.ts';
import { holdApart } from '../../../shared/storage/result-pack.ts';
import { testDeps, testPipeline, workOf } from '../../shared/support.ts';

const answer = (body: string, over: Partial<CallResult & { kind: 'answer' }> = {}): CallResult => ({
  kind: 'answer',
  httpStatus: 200,
  body,
  isJson: true,
  retryAfter: null,
  ms: 5,
  ...over,
});

/** One call of one child: what it came to, what went out, and what was logged. */
async function call(item: unknown, result: CallResult, over: Parameters<typeof testPipeline>[0] = {}) {
  const deps = testDeps(testPipeline(over));
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('The run is not there.');
  const sent: CallRequest[] = [];
  const caller = {
    async call(request: CallRequest) {
      sent.push(request);
      return result;
    },
    async close() {},
  };
  const progress = new ProgressMeter(deps.stores.progress, deps.clock, 'shard');
  const message = workOf({ items: [JSON.parse(JSON.stringify(item))], size: 1 });
  const of = { ...deps, caller, progress, gate: gateOf(deps), answers: new AnswerBytes() };
  const ended = await of.answers.within(async (room) =>
    callChild(of, message, 0, NO_TRIES, run, 0, room, holdApart(of, 'march')),
  );
  return { ended, sent, deps, errors: deps.lines.filter(({ level }) => level === 'error') };
}

test('a call goes where the definition says, with what it says is in it', async () => {
  const endpoint = { service: 'squares', path: '/größe', method: 'PUT' } as const;
  const { sent } = await call({ n: 7 }, answer('1'), { endpoint, request: (item) => ({ item }) });
  expect(sent).toMatchObject([
    {
      run: 'march',
      root: 'march',
      child: '0-0.0.0',
      attempt: 1,
      method: 'PUT',
      path: '/gr%C3%B6%C3%9Fe',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{"item":{"n":7}}',
    },
  ]);
});

describe('a request mapping', () => {
  const looped: Record<string, unknown> = {};
  looped.self = looped;
  test.each([
    [
      'that throws',
      () => {
        throw new RangeError('secret');
      },
      /^RangeError at .*call-child\.test\.ts:\d+:\d+\)?$/,
    ],
    ['whose parser throws', () => JSON.parse('{"secret"'), /^SyntaxError at .*call-child\.test\.ts:\d+:\d+\)?$/],
    ['that is async', async () => 'secret', /^request is async; it must give the body itself\.$/],
    ['that gives nothing', () => undefined, /^what request gave is undefined; allowed is/],
    ['that gives a bigint', () => 7n, /^what request gave is a bigint \(give its text\); allowed is/],
    ['that gives a cycle', () => looped, /^what request gave is nested too deep, or in a circle/],
    [
      'that gives too many levels',
      () => JSON.parse(`${'['.repeat(600)}${']'.repeat(600)}`),
      /^what request gave is nested too deep/,
    ],
  ])('%s fails the child without a call, and the log says where, not what', async (_, request, said) => {
    const { ended, sent, errors } = await call('secret', answer('1'), { request });
    expect(ended).toMatchObject({
      kind: 'ended',
      outcome: { status: 'FAILED', reason: 'request-not-mapped', attempts: 0 },
    });
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([{ fields: { child: '0-0.0.0', error: expect.stringMatching(said) } }]);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });
});

describe('whatever a service answers ends its child, or has it called again', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  test.each([
    ['more levels than our own serialization takes', answer(deep(50_000)), 'FAILED'],
    ['more levels than allowed', answer(deep(501)), 'FAILED'],
    ['as many levels as allowed', answer(deep(500)), 'SUCCEEDED'],
    ['a megabyte of control characters', answer('\u0000'.repeat(1_000_000), { isJson: false }), 'SUCCEEDED'],
    ['half a surrogate pair', answer('"\\ud800"'), 'SUCCEEDED'],
    ['what looks like our own pointer', answer('{"$object":"march/items/0.json"}'), 'SUCCEEDED'],
    ['a key that would set a prototype', answer('{"__proto__":{"status":"FAILED"}}'), 'SUCCEEDED'],
  ])('%s', async (_, result, status) => {
    expect((await call(1, result)).ended).toMatchObject({ kind: 'ended', outcome: { status } });
  });

  test('a number that a double can not hold is stored to the digit', async () => {
    const { ended } = await call(1, answer('{"id":3544790567247868102}'));
    expect(ended).toMatchObject({ outcome: { result: { id: '3544790567247868102' } } });
  });

  test('what may be kept of a failed body is not cut within a character', async () => {
    const report = { bodyExcerpt: 3 };
    const { ended } = await call(1, answer('ab🛫', { httpStatus: 404 }), { report });
    expect(ended).toMatchObject({ outcome: { status: 'FAILED', reason: 'http-404', result: 'ab' } });
  });
});

describe('an answer that the definition has a schema for', () => {
  const schema = z.object({ score: z.number(), of: z.array(z.object({ id: z.string() })).optional() });

  test('is what the schema makes of it: what that leaves out is not stored', async () => {
    const { ended } = await call(1, answer('{"score":7,"secret":"x"}'), { answer: schema });
    expect(ended).toMatchObject({ outcome: { status: 'SUCCEEDED', result: { score: 7 } } });
    expect(JSON.stringify(ended)).not.toContain('secret');
    const date = await call(1, answer('"2026-01-01"'), { answer: z.coerce.date() });
    expect(date.ended).toMatchObject({ outcome: { result: '2026-01-01T00:00:00.000Z' } });
  });

  test.each<[string, string, string, z.ZodType]>([
    ['a field of another type', '{"score":"7"}', 'score', schema],
    ['one deep within', '{"score":7,"of":[{"id":"a"},{"id":7}]}', 'of[1].id', schema],
    ['another kind of answer', '7', '(the answer)', schema],
    ['no answer', '', '(the answer)', schema],
    [
      'a schema that throws',
      '7',
      '(the answer)',
      z.any().transform(() => {
        throw new RangeError('secret');
      }),
    ],
    ['a schema that waits', '7', '(the answer)', z.any().refine(async () => true)],
    ['a schema that gives what JSON has not', '7', '(the answer)', z.any().transform(() => 7n)],
  ])('fails its child where it is %s, with the place', async (_, body, place, given) => {
    const { ended, errors } = await call(1, answer(body), { answer: given });
    expect(ended).toMatchObject({
      outcome: { status: 'FAILED', reason: 'unexpected-answer', result: place, attempts: 1 },
    });
    expect(JSON.stringify(errors)).not.toContain('secret');
    const kept = await call(1, answer('{"score":"x"}'), { answer: schema, report: { bodyExcerpt: 6 } });
    expect(kept.ended).toMatchObject({ outcome: { result: 'score: {"scor' } });
  });
});

test('a call of its own shape is made', async () => {
  const request = () => asCall({ method: 'GET', path: ['companies', 7], query: { year: 2026 } });
  expect((await call(1, answer('1'), { request })).sent).toMatchObject([
    { method: 'GET', path: '/companies/7?year=2026', body: null },
  ]);
  const climbing = await call(1, answer('1'), { request: () => asCall({ path: ['..', 'secret'] }) });
  expect(climbing.sent).toEqual([]);
  expect(climbing.ended).toMatchObject({ outcome: { reason: 'request-not-mapped', attempts: 0 } });
  expect(climbing.errors).toMatchObject([
    { fields: { error: expect.stringMatching(/^"path" of what request gave must be/) } },
  ]);
});
