import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import type { Nearest, Place } from './nearest.ts';
import { problem } from './problem.ts';

const degrees = (most: number) => {
  const allowed = `a number from -${most} to ${most}`;
  return z.number(allowed).min(-most, allowed).max(most, allowed);
};

const placeSchema = z.object({ lat: degrees(90), lon: degrees(180) }, 'an object {"lat": number, "lon": number}');

/** More than a place ever needs; a larger body is refused before it is read. */
const MAX_BODY_BYTES = 4_096;

/**
 * The service as plain HTTP: `POST /nearest` and `GET /health`. It keeps nothing between requests, so it may be asked
 * the same thing any number of times, by anyone. Every error is a problem document (RFC 9457).
 */
export function createApp(nearest: (place: Place) => Nearest): Hono {
  const app = new Hono();

  app.get('/health', (c) => c.json({ status: 'ok' }));

  app.post('/nearest', limitBody, async (c) => {
    const body = parseJson(await c.req.text());
    const place = placeSchema.safeParse(body);
    if (!place.success) {
      const errors = place.error.issues.map(({ path, message }) => ({
        field: path.join('.') || '(body)',
        received: path.reduce<unknown>(property, body) ?? null,
        allowed: message,
      }));
      return problem(400, 'Bad Request', errors.map(describe).join('; '), { errors });
    }
    const { airport, km } = nearest(place.data);
    return c.json({ airport: airport.code, name: airport.name, km: Math.round(km * 10) / 10 });
  });

  app.notFound((c) => problem(404, 'Not Found', `No route ${c.req.method} ${c.req.path}, allowed: ${ROUTES}.`));
  app.onError((error) => {
    console.error(error);
    return problem(500, 'Internal Server Error', 'The request could not be handled; the service has logged why.');
  });
  return app;
}

const countBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => problem(413, 'Content Too Large', `The body is too large, allowed: ${MAX_BODY_BYTES} bytes.`),
});

/** Counting bytes goes through web streams and halves the throughput, so only a body that doesn't state its length is. */
const limitBody: MiddlewareHandler = (c, next) =>
  Number(c.req.header('content-length')) <= MAX_BODY_BYTES ? next() : countBody(c, next);

const ROUTES = 'POST /nearest, GET /health';

/** The parsed body, or the text itself where it isn't JSON: never an object, so the schema refuses and shows it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const property = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const describe = ({ field, received, allowed }: { field: string; received: unknown; allowed: string }): string =>
  `${field}: received ${(JSON.stringify(received) ?? 'nothing').slice(0, 80)}, allowed: ${allowed}`;
