import { Hono } from 'hono';
import * as z from 'zod';

const company = z.object({ name: z.string() });

export const app = new Hono().post('/score', async (c) => {
  const body = company.safeParse(await c.req.json().catch(() => null));
  return body.success ? c.json({ score: body.data.name.length }) : c.json({ error: 'name: must be text' }, 400);
});
