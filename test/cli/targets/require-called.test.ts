import { afterEach, expect, test, vi } from 'vitest';
import { requireSecrets } from '../../../cli/targets/require-called.ts';
import { testPipeline } from '../../shared/support.ts';

afterEach(() => vi.unstubAllEnvs());

test('the secrets of calls and of the source are asked for, each by its variable', () => {
  const { endpoint, source, ...rest } = testPipeline();
  const pipeline = {
    ...{ ...rest, endpoint: { ...endpoint, hmac: { secret: 'scores/sign' } } },
    source: { ...source, needs: { secrets: ['vendors/database'] } },
  };
  expect(() => requireSecrets(pipeline)).toThrow(
    /endpoint: the secret: is in no variable here; set SECRET_SCORES_SIGN,/,
  );
  vi.stubEnv('SECRET_SCORES_SIGN', 'x');
  expect(() => requireSecrets(pipeline)).toThrow(
    /source: the secret: is in no variable here; set SECRET_VENDORS_DATABASE,/,
  );
  vi.stubEnv('SECRET_VENDORS_DATABASE', 'x');
  expect(() => requireSecrets(pipeline)).not.toThrow();
});
