import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mailChecks } from '../../../cli/doctor/mail.ts';
import { testPipeline } from '../../shared/support.ts';
import { withEnvironment } from '../support.ts';

/** SES, in production, of an account that has verified some identities. */
let verified: readonly string[] = [];
const server = createServer(({ url = '' }, response) => {
  const name = decodeURIComponent(url.split('/identities/')[1] ?? '');
  const answer = url.endsWith('/account')
    ? { SendingEnabled: true, ProductionAccessEnabled: true, SendQuota: { Max24HourSend: 200, SentLast24Hours: 0 } }
    : { VerifiedForSendingStatus: verified.includes(name) };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
let restore: () => void;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  restore = withEnvironment({
    AWS_ENDPOINT_URL_SESV2: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  restore();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['itself', 'reports@mail.company.com', 'pass'],
  ['its domain', 'mail.company.com', 'pass'],
  ['a domain above that', 'company.com', 'pass'],
  ['another domain', 'pany.com', 'fail'],
  ['a top-level domain, which is nobody’s', 'com', 'fail'],
])('a sender is verified by %s: %s is a %s', async (_, identity, result) => {
  verified = [identity];
  const pipeline = testPipeline({ report: { email: ['people@company.com'] } });
  const checks = await mailChecks(pipeline, { resources: { mail: 'reports@mail.company.com' } });
  expect(Object.fromEntries(checks.map((each) => [each.name, each.result]))).toEqual({
    'mail account': 'pass',
    'mail sender': result,
  });
});
