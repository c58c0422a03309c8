import { describe, expect, test } from 'vitest';
import { endpointId, endpointSchema, endpointWords } from '../../../shared/author/endpoint.ts';

const given = (endpoint: object) => endpointSchema.safeParse({ path: '/score', ...endpoint });

describe('an endpoint is one of', () => {
  test.each<[string, object, id: string, words: string]>([
    ['a folder of services/', { service: 'scores' }, 'scores', 'services/scores /score'],
    ['a name that the app binds', { name: 'scores' }, 'scores', 'scores /score'],
    ['an address', { url: 'https://API.example.com/v1/' }, '//api.example.com', 'https://api.example.com/v1 /score'],
    [
      'one with a port',
      { url: 'https://a.example.com:8443' },
      '//a.example.com:8443',
      'https://a.example.com:8443 /score',
    ],
    [
      'plain HTTP, where said',
      { url: 'http://jobs.example.com', allowHttp: true },
      '//jobs.example.com',
      'http://jobs.example.com /score',
    ],
    [
      'a host of the network, where said',
      { url: 'http://10.0.0.7:80/a', allowHttp: true, allowPrivate: true },
      '//10.0.0.7',
      'http://10.0.0.7/a /score',
    ],
  ])('%s', (_, endpoint, id, words) => {
    const { data, error } = given(endpoint);
    expect(error).toBeUndefined();
    expect(data && [endpointId(data), endpointWords(data)]).toEqual([id, words]);
  });
});

describe('refused in words', () => {
  const both = { allowHttp: true, allowPrivate: true };
  test.each<[string, object, path: string, says: string]>([
    ['none', {}, '', 'one of service, name and url; it has none'],
    ['two', { service: 'a', url: 'https://a.example.com' }, '', 'it has service and url'],
    ['plain HTTP', { url: 'http://a.example.com' }, 'url', 'allowHttp'],
    ['another protocol', { url: 'file:///etc/passwd', ...both }, 'url', 'https://'],
    ['a script', { url: 'javascript:alert(1)', ...both }, 'url', 'https://'],
    ['no URL', { url: 'a.example.com' }, 'url', 'must be a URL'],
    ['a password', { url: 'https://me:secret@a.example.com' }, 'url', '`auth`'],
    ['a user alone', { url: 'https://me@a.example.com' }, 'url', '`auth`'],
    ['a query', { url: 'https://a.example.com/?key=1' }, 'url', 'no query'],
    ['an empty query', { url: 'https://a.example.com/?' }, 'url', 'no query'],
    ['a fragment', { url: 'https://a.example.com/#x' }, 'url', 'no query or fragment'],
    ['a second host', { url: 'https://a.example.com//evil.example' }, 'url', '(//)'],
    ['a path that climbs', { url: 'https://a.example.com/a/../b' }, 'url', '. or ..'],
    ['a path that climbs, encoded', { url: 'https://a.example.com/%2e%2e/b' }, 'url', '. or ..'],
    ['a new line', { url: 'https://a.example.com/\r\nHost: b' }, 'url', 'must be a URL'],
    ['a backslash', { url: 'https://a.example.com\\@b.example' }, 'url', 'must be a URL'],
    ['a path that climbs behind a slash that is encoded', { url: 'https://a.example.com/%2F../b' }, 'url', '. or ..'],
    ['a private address', { url: 'https://10.0.0.7' }, 'url', 'allowPrivate'],
    ['this machine', { url: 'https://localhost:8443' }, 'url', 'allowPrivate'],
    ['this machine, with a dot', { url: 'https://localhost.' }, 'url', 'allowPrivate'],
    ['a star for a host', { url: 'https://*' }, 'url', 'no name'],
    ['a star within a host', { url: 'https://*.example.com' }, 'url', 'no name'],
    ['no certificate', { service: 'a', ca: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----' }, 'ca', 'PEM'],
    ['this machine by its address', { url: 'https://[::1]' }, 'url', 'allowPrivate'],
    ['metadata', { url: 'http://169.254.169.254/latest', ...both }, 'url', 'never called'],
    ['metadata, spelt otherwise', { url: 'http://0xa9fea9fe/', ...both }, 'url', 'never called'],
    ['metadata, mapped', { url: 'http://[::ffff:169.254.169.254]/', ...both }, 'url', 'never called'],
    ['metadata by IPv6', { url: 'http://[fd00:ec2::254]/', ...both }, 'url', 'never called'],
    ['what goes with a URL alone', { service: 'a', allowHttp: true }, 'allowHttp', 'goes with url alone'],
    ...[
      'host',
      'TE',
      'Expect',
      'upgrade',
      'Content-Type',
      'trailer',
      'keep-alive',
      'proxy-authorization',
      'traceparent',
    ].map((header): [string, object, string, string] => [
      `a key in ${header}`,
      { name: 'a', auth: { type: 'apiKey', secret: 's', header } },
      'auth.header',
      'none of HTTP’s',
    ]),
    ['what is misspelt', { servise: 'a' }, '', 'is no option here; allowed are service, name, url'],
  ])('%s', (_, endpoint, path, says) => {
    const issues = given(endpoint).error?.issues ?? [];
    expect(new Set(issues.map((issue) => issue.path.join('.')))).toEqual(new Set([path]));
    expect(issues[0]?.message).toContain(says);
  });
});
