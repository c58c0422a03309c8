import { describe, expect, test } from 'vitest';
import { AIRPORTS } from '../../../services/airports/airports.ts';
import { createApp } from '../../../services/airports/app.ts';
import { nearestAirport } from '../../../services/airports/nearest.ts';

const app = createApp(nearestAirport(AIRPORTS));

const post = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
  app.request('/nearest', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    ...(typeof body === 'string' ? {} : { duplex: 'half' as const }),
  });

describe('POST /nearest', () => {
  test('answers with code, name and kilometres to a tenth', async () => {
    const response = await post('{"lat":-33.86785,"lon":151.20732}');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch('application/json');
    expect(await response.json()).toEqual({
      airport: 'SYD',
      name: 'Sydney Kingsford Smith International Airport',
      km: 9.1,
    });
  });

  test('0 and the ends of both scales are places too', async () => {
    for (const body of ['{"lat":0,"lon":0}', '{"lat":-90,"lon":-180}', '{"lat":90,"lon":180}']) {
      expect((await post(body)).status, body).toBe(200);
    }
  });

  test('asked twice, with or without headers of a queue, it answers the same', async () => {
    const plain = await (await post('{"lat":48.2,"lon":16.4}')).text();
    const retried = await (await post('{"lat":48.2,"lon":16.4}', { 'idempotency-key': 'run/0-0.0.1' })).text();
    expect(retried).toBe(plain);
  });

  test.each([
    ['a latitude past the pole', '{"lat":91,"lon":0}', 'lat', 91, 'a number from -90 to 90'],
    ['a longitude past the antimeridian', '{"lat":0,"lon":-180.5}', 'lon', -180.5, 'a number from -180 to 180'],
    ['a text', '{"lat":"48","lon":0}', 'lat', '48', 'a number from -90 to 90'],
    ['null', '{"lat":0,"lon":null}', 'lon', null, 'a number from -180 to 180'],
    ['a missing field', '{"lat":0}', 'lon', null, 'a number from -180 to 180'],
    ['a list', '[0,0]', '(body)', [0, 0], 'an object {"lat": number, "lon": number}'],
    ['no JSON', '{"lat":', '(body)', '{"lat":', 'an object {"lat": number, "lon": number}'],
    ['an empty body', '', '(body)', '', 'an object {"lat": number, "lon": number}'],
  ])('refuses %s, naming field, value and what is allowed', async (_, body, field, received, allowed) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const document = await response.json();
    expect(document).toMatchObject({ title: 'Bad Request', status: 400, errors: [{ field, received, allowed }] });
    expect(document).toHaveProperty('detail', `${field}: received ${JSON.stringify(received)}, allowed: ${allowed}`);
  });

  test('names every wrong field at once', async () => {
    const document = await (await post('{"lat":-91,"lon":181}')).json();
    expect(document).toMatchObject({ errors: [{ field: 'lat' }, { field: 'lon' }] });
  });

  test.each<[string, () => ReturnType<typeof post>]>([
    [
      'with a stated length',
      () => post(`{"lat":0,"lon":0,"pad":"${'x'.repeat(5_000)}"}`, { 'content-length': '5030' }),
    ],
    ['in chunks', () => post(new Blob([`{"lat":0,"lon":0,"pad":"${'x'.repeat(5_000)}"}`]).stream())],
  ])('refuses a body over 4,096 bytes %s', async (_, send) => {
    const response = await send();
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413, detail: expect.stringContaining('4096 bytes') });
  });
});

test('GET /health', async () => {
  const response = await app.request('/health');
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
});

test.each([
  ['GET', '/nearest'],
  ['POST', '/'],
  ['POST', '/nearest/airport'],
])('%s %s is not a route, and the answer says which are', async (method, path) => {
  const response = await app.request(path, { method });
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({
    detail: `No route ${method} ${path}, allowed: POST /nearest, GET /health.`,
  });
});
