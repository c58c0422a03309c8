import { describe, expect, test } from 'vitest';
import { Access } from '../../../cli/console/access.ts';

const PORT = 4100;
const from = (method: string, headers: Readonly<Record<string, string>>) => ({
  method,
  header: (name: string) => headers[name],
});

describe('a token', () => {
  test('is taken once', () => {
    const access = new Access(PORT);
    const token = access.renew();
    const session = access.exchange(token);
    expect(access.isKnown(session ?? undefined)).toBe(true);
    expect(access.exchange(token)).toBeNull();
  });

  test('is void once there is another', () => {
    const access = new Access(PORT);
    const before = access.renew();
    const token = access.renew();
    expect(access.exchange(before)).toBeNull();
    expect(access.exchange(token)).not.toBeNull();
  });

  test.each(['', 'x', 'ü'.repeat(43)])('of another making, such as %j, is none', (token) => {
    const access = new Access(PORT);
    expect(access.exchange(token)).toBeNull();
    access.renew();
    expect(access.exchange(token)).toBeNull();
  });
});

test('no cookie and a wrong one are not known', () => {
  const access = new Access(PORT);
  expect(access.isKnown(undefined)).toBe(false);
  expect(access.isKnown(access.renew())).toBe(false);
});

const OWN = { host: `127.0.0.1:${PORT}` };
const ORIGIN = `http://127.0.0.1:${PORT}`;

test.each([
  ['a link out of a terminal', 'GET', { ...OWN, 'sec-fetch-site': 'none' }],
  ['a page of its own', 'GET', { ...OWN, 'sec-fetch-site': 'same-origin' }],
  ['a browser that says nothing more', 'GET', OWN],
  ['its other name', 'GET', { host: `localhost:${PORT}` }],
  ['a form of its own', 'POST', { ...OWN, origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
])('a request by %s is let in', (_, method, headers) => {
  expect(new Access(PORT).isFromHere(from(method, headers))).toBe(true);
});

test.each([
  ['no host', 'GET', {}],
  ['a name that leads to this machine', 'GET', { host: `evil.example:${PORT}` }],
  ['another port', 'GET', { host: '127.0.0.1:4101' }],
  ["another site's page", 'GET', { ...OWN, 'sec-fetch-site': 'cross-site' }],
  ['a page at another port', 'GET', { ...OWN, 'sec-fetch-site': 'same-site' }],
  ["another site's script", 'GET', { ...OWN, origin: 'https://evil.example' }],
  ['a write without an origin', 'POST', OWN],
  ['a write of nowhere', 'POST', { ...OWN, origin: 'null' }],
  ["another site's form", 'POST', { ...OWN, origin: 'https://evil.example' }],
  ['a form at another port', 'POST', { ...OWN, origin: 'http://127.0.0.1:4101' }],
])('a request with %s is refused', (_, method, headers) => {
  expect(new Access(PORT).isFromHere(from(method, headers))).toBe(false);
});
