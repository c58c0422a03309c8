import { expect, test } from 'vitest';
import { headersFor } from '../../../../shared/adapters/endpoints/headers.ts';
import { tracedChild, traceParent } from '../../../../shared/adapters/endpoints/trace.ts';
import { pipelineOf, request } from './calling.ts';

test('a child of the sample has a trace of its own, to be recorded, in all its attempts', () => {
  const pipeline = pipelineOf('squares', { tracedPercent: 100 });
  const headersOf = headersFor(pipeline);
  const sent = [1, 2].map((attempt) => headersOf(request({ attempt })));
  const other = headersOf(request({ child: '0-0.0.8' }));
  const traces = [...sent, other].map(
    ({ traceparent = '' }) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(traceparent)?.[1],
  );
  const own = tracedChild(sent[0]?.['idempotency-key'] ?? '', 100);
  expect(own).toMatch(/^[0-9a-f]{32}$/);
  expect(traces).toEqual([own, own, expect.any(String)]);
  expect(traces[2]).not.toBe(own);
});

test.each([0, 1, 25])('of the children of a run %d percent are of the sample', (percent) => {
  const keys = Array.from(
    { length: 40_000 },
    (_, i) => `squares.20261101-020000-abcdef.3-0.${Math.floor(i / 256)}.${i % 256}`,
  );
  const recorded = keys.filter((key) => traceParent('squares', 'march', key, percent).endsWith('-01'));
  expect(recorded.length / keys.length).toBeCloseTo(percent / 100, 2);
  expect(recorded.length > 0).toBe(percent > 0);
});
