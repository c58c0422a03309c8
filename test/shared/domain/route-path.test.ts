import { expect, test } from 'vitest';
import { matchPath } from '../../../shared/domain/route-path.ts';

test.each([
  ['/callback/{token}', '/callback/a.b', { token: 'a.b' }],
  ['/callback/{token}', '/callback/a%2Fb%20c', { token: 'a/b c' }],
  ['/{a}/of/{b}', '/1/of/2', { a: '1', b: '2' }],
  ['/status', '/status', {}],
  ['/callback/{token}', '/callback/', null],
  ['/callback/{token}', '/callback', null],
  ['/callback/{token}', '/callback/a/b', null],
  ['/callback/{token}', '/other/a', null],
  ['/callback/{token}', '/callback/%', null],
  ['/status', '/status/', null],
])('%s and %s', (pattern, path, found) => {
  expect(matchPath(pattern, path)).toEqual(found);
});
