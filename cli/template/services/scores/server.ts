import { serve } from '@hono/node-server';
import { app } from './app.ts';

const { HOST = '127.0.0.1', PORT = '0', EXIT_WITH_PARENT } = process.env;

serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, ({ port }) => {
  console.log(JSON.stringify({ listening: `http://${HOST}:${port}` }));
});
if (EXIT_WITH_PARENT === '1') process.stdin.on('close', () => process.exit()).resume();
