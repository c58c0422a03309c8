import { Hono } from 'hono';
import * as z from 'zod';
import { type Renderer, render } from './render.ts';

const sceneSchema = z.object({
  name: z.string().max(100),
  radius: z.number().min(0).max(2),
  frames: z.number().int().min(1).max(10_000),
});

export interface RendersOptions extends Pick<Renderer, 'frameMs' | 'pause'> {
  /** What posts to a call's URL. */
  send(url: string, ...said: Parameters<Renderer['callBack']>): ReturnType<Renderer['callBack']>;
  /** Takes the work that goes on behind an answer. */
  behind(work: Promise<unknown>): void;
}

/** `POST /render` takes longer than a call may: it answers 202, and says later at the URL that came with the call how it went. */
export function createApp({ frameMs, pause, send, behind }: RendersOptions): Hono {
  const app = new Hono();
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.post('/render', async (c) => {
    const scene = sceneSchema.safeParse(await c.req.json().catch(() => null));
    if (!scene.success) return c.json({ title: z.prettifyError(scene.error) }, 422);
    const url = c.req.header('microprocess-callback');
    if (url === undefined) return c.json({ title: 'Rendering takes too long for a call: it needs a callback.' }, 400);
    behind(render(scene.data, { frameMs, pause, callBack: (said) => send(url, said) }));
    return c.json({ accepted: scene.data.name }, 202);
  });
  return app;
}
