import { expect, test } from 'vitest';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { testPipeline } from '../../shared/support.ts';
import { endedRun } from './ended-run.ts';

const addresses = { onSuccess: ['glad@example.com'], onFailure: ['on-call@example.com'] };

test.each([
  [
    'on a failure',
    0,
    { email: ['all@example.com'], ...addresses },
    [['all@example.com', 'on-call@example.com']],
    'sent',
  ],
  ['with tolerated failures', 3, { email: [], ...addresses }, [['glad@example.com']], 'sent'],
  ['nobody for this outcome', 3, { onFailure: addresses.onFailure }, [], 'off'],
  ['one address twice', 0, { email: addresses.onFailure, ...addresses }, [['on-call@example.com']], 'sent'],
])('the report goes to whom it is for: %s', async (_, failedCount, report, expected, mail) => {
  const { deps } = await endedRun();
  const to: (readonly string[])[] = [];
  deps.mailer.send = async (sent) => {
    to.push(sent.to);
    return { outcome: 'sent', messageId: '1' };
  };
  const own = { ...deps, pipeline: testPipeline({ report, tolerate: { failedCount } }) };
  await freezeSegment(own, 'march', { slice: 0, segment: 0 });
  const finish = () => finishRun(own, 'march', { id: 'a', deadline: deps.clock.now() + 900_000 });
  await finish();
  await finish();
  expect(to).toEqual(expected);
  expect(await deps.stores.runs.read('march')).toMatchObject({ mail });
});
