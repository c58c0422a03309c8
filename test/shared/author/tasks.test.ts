import { expect, test } from 'vitest';
import * as z from 'zod';
import { callersOf, callingAtOnce, forwardersOf } from '../../../shared/domain/capacity.ts';
import { DefinitionError } from '../../../shared/domain/errors.ts';
import { testPipeline } from '../support.ts';

test('a pipeline takes tasks only where it says so; people hear of one that is a minute late', () => {
  expect(testPipeline().tasks).toBeUndefined();
  expect(testPipeline({ tasks: {} }).tasks).toEqual({ lateSeconds: 60 });
});

test.each([
  ['limits.inFlight', { limits: { inFlight: 3 } }],
  ['tasks', { endpoint: { service: 'squares', path: '/square', itemsPerCall: 5 } }],
  ['params.year', { params: z.strictObject({ year: z.number() }) }],
] as const)("tasks are refused that %s can't serve", (path, over) => {
  const issues = () => testPipeline({ tasks: {}, ...over });
  expect(issues).toThrow(DefinitionError);
  expect(issues).toThrow(path);
});

test.each([
  [4, 2, 2],
  [400, 2, 2],
  [10_000, 30, 10],
])('of %i calls in flight %i forwarders and %i callers of tasks have equal parts', (inFlight, forwarders, callers) => {
  const flight = testPipeline({ tasks: {}, limits: { inFlight } });
  expect([forwardersOf(flight), callersOf(flight)]).toEqual([forwarders, callers]);
  expect(callingAtOnce(flight)).toBe(forwarders + callers);
  expect(callersOf(testPipeline({ limits: { inFlight } }))).toBe(0);
});
