import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePath, pathProblem } from '../../../shared/domain/path.ts';

describe('a path', () => {
  test.each([
    ['/score', '/score'],
    ['/größe', '/gr%C3%B6%C3%9Fe'],
    ['/日本', '/%E6%97%A5%E6%9C%AC'],
    ['/🛫', '/%F0%9F%9B%AB'],
    ['/a%2Fb/%c3%b6', '/a%2Fb/%c3%b6'],
    ['/a|b"<c>^{d}[e]`', '/a%7Cb%22%3Cc%3E%5E%7Bd%7D%5Be%5D%60'],
    ["/a-b._~!$&'()*+,;=:@", "/a-b._~!$&'()*+,;=:@"],
    ['/a/', '/a/'],
    ['/a.b/...', '/a.b/...'],
    ['/', '/'],
  ])('%s goes out as %s', (path, encoded) => {
    expect([pathProblem(path), encodePath(path)]).toEqual([null, encoded]);
  });

  test.each([
    ['score', '/'],
    ['', '/'],
    ['/a b', 'space'],
    ['/a?b=1', 'query'],
    ['/a#b', 'fragment'],
    ['//host/a', '//'],
    ['/a//b', '//'],
    ['/a/../b', '..'],
    ['/a/..', '..'],
    ['/./a', '.'],
    ['/a/%2E%2e/b', '..'],
    ['/a/.%2e', '..'],
    ['/%2F..', '..'],
    ['/a%2f%2e%2E%2Fb', '..'],
    ['/a%5C..', '..'],
    ['/..;x/a', '..'],
    ['/..%3Bx', '..'],
    ['/a\\b', 'backslash'],
    ['/100%', '%25'],
    ['/%zz', '%25'],
    ['/a\u0000b', 'control'],
    ['/a\u0085b', 'control'],
    ['/a\ud800b', 'surrogate'],
  ])('%j is refused, and the message says why', (path, why) => {
    expect(pathProblem(path)).toContain(why);
  });

  test('that is not refused is plain ASCII once encoded, stays so when encoded again, and reads back as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (tail) => {
        const path = `/${tail}`;
        if (pathProblem(path) !== null) return;
        const encoded = encodePath(path);
        expect(encoded).toMatch(/^[!-~]+$/);
        expect(encodePath(encoded)).toBe(encoded);
        expect(pathProblem(encoded)).toBeNull();
        if (!path.includes('%')) expect(decodeURIComponent(encoded)).toBe(path);
      }),
      { numRuns: 1_000 },
    );
  });
});
