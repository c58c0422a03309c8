import { expect, test } from 'vitest';
import { mailChecks } from '../../../cli/doctor/mail.ts';
import { testPipeline } from '../../shared/support.ts';
import { serviceOfAws } from './service-of-aws.ts';

/** SES, in production, of an account that has verified some identities. */
let verified: readonly string[] = [];
serviceOfAws('AWS_ENDPOINT_URL_SESV2', (path) =>
  path.endsWith('/account')
    ? { SendingEnabled: true, ProductionAccessEnabled: true, SendQuota: { Max24HourSend: 200, SentLast24Hours: 0 } }
    : { VerifiedForSendingStatus: verified.includes(decodeURIComponent(path.split('/identities/')[1] ?? '')) },
);

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
