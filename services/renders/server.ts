import { setTimeout } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { sendCallback } from 'microprocess/callback';
import { createApp } from './app.ts';

const { HOST = '127.0.0.1', PORT = '0', EXIT_WITH_PARENT, FRAME_MS = '20' } = process.env;

const app = createApp({
  frameMs: Number(FRAME_MS),
  pause: setTimeout,
  send: sendCallback,
  // The process lives on behind its answers. What a render fails of is said here, and its child is called again in a while.
  behind: (work) => void work.catch((error: unknown) => console.error(error)),
});
serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, ({ port }) => {
  console.log(JSON.stringify({ listening: `http://${HOST}:${port}` }));
});
if (EXIT_WITH_PARENT === '1') process.stdin.on('close', () => process.exit()).resume();
