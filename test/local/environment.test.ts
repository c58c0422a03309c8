import { expect, test } from 'vitest';
import { applyEnvironment, emulatorEnvironment, reachThisMachineDirectly } from '../../local/environment.ts';
import { withEnvironment } from '../cli/support.ts';

/** The user's environment, of these variables alone, for as long as `look` lasts. */
function amid<T>(variables: Record<string, string | undefined>, look: () => T): T {
  const restore = withEnvironment({ no_proxy: undefined, NO_PROXY: undefined, ...variables });
  try {
    return look();
  } finally {
    restore();
  }
}

test('every AWS setting is unset but those given, until the way back is taken', () => {
  const users = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL_SSM: 'http://u', AWS_REGION: 'eu-west-3' };
  amid(users, () => {
    const restore = applyEnvironment({ AWS_REGION: 'us-east-1' });
    const seen = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
    expect(seen.filter((name) => name !== 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED')).toEqual(['AWS_REGION']);
    expect(process.env.AWS_REGION).toBe('us-east-1');
    restore();
    expect(process.env).toMatchObject(users);
  });
});

test.each([
  { given: {}, said: '127.0.0.1,localhost' },
  { given: { NO_PROXY: 'corp' }, said: 'corp,127.0.0.1,localhost' },
  { given: { no_proxy: 'own', NO_PROXY: 'corp' }, said: 'own,127.0.0.1,localhost' },
  { given: { NO_PROXY: '*' }, said: '*' },
])('a proxy is not asked for this machine: $given', ({ given, said }) => {
  amid({ HTTPS_PROXY: 'http://proxy', ...given }, () => {
    reachThisMachineDirectly();
    expect(process.env.no_proxy ?? process.env.NO_PROXY).toBe(said);
    expect(process.env.HTTPS_PROXY).toBe('http://proxy');
  });
});

test("the emulators' process gets none of what they or their Node would listen to", () => {
  const users = { AWS_REGION: 'x', FAUXQS_INIT: 'x', NODE_OPTIONS: '--inspect', https_proxy: 'x', NO_PROXY: 'x' };
  const given = amid({ ...users, OTHER: 'x' }, emulatorEnvironment);
  expect(Object.keys(given).filter((name) => [...Object.keys(users), 'OTHER'].includes(name))).toEqual(['OTHER']);
});
