import { describe, expect, test } from 'vitest';
import { nextOf, type Paging, targetOf } from '../../../../../shared/adapters/sources/http/paging.ts';
import type { Json } from '../../../../../shared/domain/json.ts';

const from = { origin: 'https://a.example', target: '/v1/list?x=1', token: null, items: 2 };
const linked = (link: string | null) => nextOf({ by: 'link' }, { body: [], link }, from);
const CURSOR: Paging = { by: 'cursor', field: 'meta.next', parameter: 'after' };
const behind = (body: Json, token: string | null = null) => nextOf(CURSOR, { body, link: null }, { ...from, token });

describe('a link', () => {
  test.each([
    ['a path', '</v1/list?x=2>; rel="next"', '/v1/list?x=2'],
    ['a query', '<?x=2>;rel=next', '/v1/list?x=2'],
    ['a whole address of the same host', '<https://a.example/other?a=1,2>; title="b"; rel="prev next"', '/other?a=1,2'],
    ['one of several', '</a>; rel="last", </b>; rel="next", </c>; rel="first"', '/b'],
    ['of another relation', '</a>; rel="last"', null],
    ['one that names its relation elsewhere', '</a>; title="rel=next"; rel="last"', null],
    ['what is no link', 'next', null],
    ['nothing', null, null],
  ])('%s', (_, header, expected) => {
    expect(linked(header)).toBe(expected);
  });

  test.each([
    ['another host', 'https://b.example/v1'],
    ['another port', 'https://a.example:8443/v1'],
    ['plain HTTP', 'http://a.example/v1'],
    ['another host without a scheme', '//b.example/v1'],
    ['no host at all', 'data:text/plain,1'],
  ])('that leads to %s is refused', (_, address) => {
    expect(() => linked(`<${address}>; rel="next"`)).toThrow('leads to another host');
  });

  test('that leads to its own page, or nowhere, is refused', () => {
    expect(() => linked('</v1/list?x=1>; rel="next"')).toThrow('names itself as the next one');
    expect(() => linked('<https://>; rel="next"')).toThrow('is no URL');
  });
});

describe('a cursor', () => {
  test.each<[Json, string | null]>([
    [{ meta: { next: 'a&b' } }, 'a&b'],
    [{ meta: { next: 7 } }, '7'],
    [{ meta: { next: 0 } }, '0'],
    [{ meta: { next: null } }, null],
    [{ meta: { next: '' } }, null],
    [{ meta: {} }, null],
    [[], null],
  ])('of %j', (body, expected) => {
    expect(behind(body)).toBe(expected);
  });

  test('that is the same again, or no text, is refused', () => {
    expect(() => behind({ meta: { next: 'a' } }, 'a')).toThrow('names itself');
    expect(() => behind({ meta: { next: ['a'] } })).toThrow('"meta.next" must be a text or a number');
  });
});

test('what a page is asked for with', () => {
  expect(targetOf('/list?x=1', undefined, null)).toBe('/list?x=1');
  expect(targetOf('/list?x=1', CURSOR, null)).toBe('/list?x=1');
  expect(targetOf('/list?x=1', CURSOR, 'a&b')).toBe('/list?x=1&after=a%26b');
  expect(targetOf('/list', { by: 'page', parameter: 'p' }, null)).toBe('/list?p=1');
  expect(targetOf('/list', { by: 'page', parameter: 'p', first: 0 }, null)).toBe('/list?p=0');
  expect(targetOf('/list', { by: 'link' }, '/list?x=2')).toBe('/list?x=2');
});

test('an empty page is the last of numbered ones', () => {
  const paging: Paging = { by: 'page', parameter: 'p' };
  const page = { body: [], link: null };
  expect(nextOf(paging, page, { ...from, token: '3', items: 1 })).toBe('4');
  expect(nextOf(paging, page, { ...from, token: '3', items: 0 })).toBeNull();
});
