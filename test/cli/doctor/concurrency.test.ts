import { expect, test } from 'vitest';
import { concurrencyCheck } from '../../../cli/doctor/concurrency.ts';
import { testPipeline } from '../../shared/support.ts';
import { serviceOfAws } from './service-of-aws.ts';

/** Lambda's word on an account. */
let unreserved = 0;
serviceOfAws('AWS_ENDPOINT_URL_LAMBDA', () => ({
  AccountLimit: { ConcurrentExecutions: unreserved, UnreservedConcurrentExecutions: unreserved },
}));

const clone = { memoryMB: 512 };
const pipeline = testPipeline({ limits: { inFlight: 300 } });

test('calls in flight take concurrency where the clone is a function, and none where an address is called', async () => {
  unreserved = 100;
  const ours = await concurrencyCheck(pipeline, { clone });
  expect(ours).toMatchObject({ result: 'warn', detail: expect.stringContaining('300 calls in flight') });
  expect(await concurrencyCheck(pipeline, {})).toMatchObject({ result: 'pass' });
});

test('nobody is told to ask for less than AWS gives an account that asks for nothing', async () => {
  unreserved = 10;
  expect((await concurrencyCheck(pipeline, { clone })).next).toMatch(/^Ask for 1,000 in Service Quotas .* or lower/);
  unreserved = 900;
  const large = testPipeline({ limits: { inFlight: 3_000 } });
  expect((await concurrencyCheck(large, { clone })).next).toMatch(/^Ask for 3,\d\d\d in/);
});
