import { runPipeline } from 'microprocess/testing';
import { expect, test } from 'vitest';
import headOffices from './head-offices.ts';

test('each office has its distance', async () => {
  const { rows } = await runPipeline(headOffices, { service: ({ body }) => ({ km: body.lat / 2 }) });
  expect(rows).toMatchObject([{ item: { name: 'Wien' }, status: 'SUCCEEDED', result: { km: 24.105 } }]);
});

test('a busy service is asked again when it says', async () => {
  let first: number | undefined;
  const { rows, report } = await runPipeline(headOffices, {
    service: ({ at }) => {
      first ??= at;
      return at === first ? { status: 503, headers: { 'Retry-After': '3600' } } : { status: 200, body: { km: 3 } };
    },
  });
  // Being busy is no failure: it takes none of the five attempts.
  expect(rows).toMatchObject([{ attempts: 1, result: { km: 3 } }]);
  // An hour of virtual time: the test took none of it.
  expect(report.summary.seconds).toBeGreaterThan(3_600);
});

test('an office that the service refuses fails the run', async () => {
  const { status, reason, rows } = await runPipeline(headOffices, { service: () => ({ status: 404 }) });
  expect({ status, reason }).toEqual({ status: 'failed', reason: 'too-many-failures' });
  expect(rows).toMatchObject([{ status: 'FAILED', reason: 'http-404' }]);
});
