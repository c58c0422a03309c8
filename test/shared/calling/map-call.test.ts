import { describe, expect, test } from 'vitest';
import { type CallOptions, call } from '../../../shared/author/call.ts';
import { mapCall } from '../../../shared/calling/map-call.ts';
import { testPipeline } from '../../shared/support.ts';

const pipeline = testPipeline({ endpoint: { service: 'squares', path: '/square' } });
const mapped = (options: CallOptions) => mapCall(pipeline, call(options));

describe('a call may have', () => {
  test.each<[string, CallOptions, object]>([
    ['nothing of its own', {}, { method: 'POST', path: '/square', body: null }],
    ['a method', { method: 'GET' }, { method: 'GET', body: null }],
    [
      'segments, each encoded',
      { path: ['companies', 'a/b?c#d ü', 7] },
      { path: '/companies/a%2Fb%3Fc%23d%20%C3%BC/7' },
    ],
    ['dots that climb nowhere', { path: ['..a', '...'] }, { path: '/..a/...' }],
    [
      'a host that is a segment',
      { path: ['//evil.example', 'user@host'] },
      { path: '/%2F%2Fevil.example/user%40host' },
    ],
    [
      'a query',
      { query: { q: 'a b&c=d+e', tag: ['x', 'y'], none: undefined, no: null, n: 7, is: true } },
      { path: '/square?q=a%20b%26c%3Dd%2Be&tag=x&tag=y&n=7&is=true' },
    ],
    ['a JSON body', { json: { n: 7 } }, { body: '{"n":7}', headers: { 'content-type': 'application/json' } }],
    [
      'a form',
      { form: { a: 'b c', d: ['e', 'f'] } },
      { body: 'a=b+c&d=e&d=f', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['a text', { text: 'ü' }, { body: 'ü', headers: { 'content-type': 'text/plain; charset=utf-8' } }],
    [
      'headers',
      { headers: { 'X-Tenant': 7, Accept: 'text/csv' }, json: null },
      { headers: { 'x-tenant': '7', accept: 'text/csv', 'content-type': 'application/json' } },
    ],
    ['a body with a method that rarely has one', { method: 'DELETE', json: [1] }, { method: 'DELETE', body: '[1]' }],
  ])('%s', (_, options, expected) => {
    expect(mapped(options)).toMatchObject(expected);
  });
});

describe('what could lead a call elsewhere, or is none, is refused without its values', () => {
  const evil = 'secret\r\nHost: evil.example';
  test.each<[string, object, string]>([
    ['a line break in a header', { headers: { 'x-a': evil } }, 'headers'],
    ['a line break in a header’s name', { headers: { [evil]: 'a' } }, 'headers'],
    ['a host', { headers: { Host: 'secret.example' } }, 'host'],
    ['who calls', { headers: { 'Idempotency-Key': 'secret' } }, 'idempotency-key'],
    ['whose run it is', { headers: { 'microprocess-run': 'secret' } }, 'microprocess-run'],
    ['a length', { headers: { 'content-length': 5 } }, 'content-length'],
    ['a coding', { headers: { 'transfer-encoding': 'chunked' } }, 'transfer-encoding'],
    ['credentials', { headers: { authorization: 'secret' } }, 'authorization'],
    ['headers of 10 MB', { headers: { 'x-a': 'secret'.repeat(1_700_000) } }, 'headers'],
    ['more than ASCII in a header', { headers: { 'x-a': 'secrét' } }, 'headers'],
    ['a path that is a text', { path: '//evil.example/secret' }, 'path'],
    ['a segment that climbs', { path: ['a', '..', 'secret'] }, 'path'],
    ['a segment that stays', { path: ['.'] }, 'path'],
    ['one that climbs once it is decoded', { path: ['../../admin'] }, 'path'],
    ['one that does so behind a backslash', { path: ['a\\..\\admin'] }, 'path'],
    ['one with parameters behind its dots', { path: ['..;/x'] }, 'path'],
    ['an empty segment', { path: ['', 'evil.example'] }, 'path'],
    ['no segment', { path: [] }, 'path'],
    ['a line break in a segment', { path: [evil] }, 'path'],
    ['a segment that is no text', { path: [{ secret: 1 }] }, 'path'],
    ['half a surrogate pair', { path: ['secret\ud800'] }, '"path" of what request gave must be without half'],
    [
      'half of one in a query',
      { query: { a: ['b', 'secret\udc00'] } },
      '"query" of what request gave must be without half',
    ],
    ['half of one in a query’s name', { query: { 'secret\ud800': 1 } }, 'surrogate'],
    ['half of one in a form', { form: { a: '\ud800secret' } }, 'surrogate'],
    ['half of one in a text', { text: 'secret\ud800' }, 'surrogate'],
    ['a path that is too long', { path: ['secret'.repeat(2_000)] }, 'path'],
    ['a query that is no object', { query: 'a=secret' }, 'query'],
    ['a query with an object', { query: { a: { secret: 1 } } }, 'query'],
    ['a number that is none', { query: { a: Number.NaN } }, 'query'],
    ['another method', { method: 'CONNECT' }, 'method'],
    ['a method with a line break', { method: `GET / HTTP/1.1\r\n${evil}` }, 'method'],
    ['two bodies', { json: 'secret', text: 'secret' }, 'json and text'],
    ['a GET with a body', { method: 'GET', json: 'secret' }, 'json'],
    ['a text that is none', { text: { secret: 1 } }, 'text'],
    ['what is misspelt', { qeury: { secret: 1 } }, 'qeury'],
    ['a URL', { url: 'https://evil.example/secret' }, 'url'],
  ])('%s', (_, options, field) => {
    const refused = () => mapCall(pipeline, Reflect.apply(call, undefined, [options]));
    expect(refused).toThrow(field);
    expect(refused).not.toThrow(/sec?r[eé]t/);
  });
});

test('what is no call is a JSON body', () => {
  expect(mapCall(pipeline, { method: 'GET' })).toMatchObject({
    method: 'POST',
    path: '/square',
    body: '{"method":"GET"}',
  });
});
