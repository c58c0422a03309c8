import { serve } from '@hono/node-server';
import * as z from 'zod';
import { AIRPORTS } from './airports.ts';
import { createApp } from './app.ts';
import { nearestAirport } from './nearest.ts';

const env = z
  .object({
    /** 0 takes a free port. */
    PORT: z.coerce.number().int().min(0).max(65_535).default(0),
    HOST: z.string().min(1).default('127.0.0.1'),
    /** 1: stop when stdin closes, so that a parent killed without warning leaves no server behind. */
    EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
  })
  .safeParse(process.env);

if (env.success) start(env.data);
else {
  console.error(`The environment is not valid:\n${z.prettifyError(env.error)}`);
  process.exitCode = 2;
}

function start({ PORT, HOST, EXIT_WITH_PARENT }: { PORT: number; HOST: string; EXIT_WITH_PARENT: '0' | '1' }): void {
  const app = createApp(nearestAirport(AIRPORTS));
  const server = serve(
    {
      fetch: app.fetch,
      port: PORT,
      hostname: HOST,
      // Longer than a forwarder pauses between batches: a connection that closes under a request costs a retry.
      serverOptions: { keepAliveTimeout: 65_000 },
    },
    ({ port }) => {
      const host = HOST.includes(':') ? `[${HOST}]` : HOST;
      console.log(JSON.stringify({ listening: `http://${host}:${port}` }));
    },
  );

  // Requests under way are answered; then nothing keeps the process alive and it ends by itself.
  const stop = (): void => {
    server.close();
    if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 2_000).unref();
    if (EXIT_WITH_PARENT === '1') process.stdin.destroy();
  };
  server.once('error', (error) => {
    console.error(`Can't listen on ${HOST}:${PORT}: ${error.message}`);
    process.exitCode = 1;
    stop();
  });
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (EXIT_WITH_PARENT === '1') process.stdin.once('close', stop).resume();
}
