import { createServer, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { listen } from './loopback.ts';
import type { UrlServer } from './queues-and-objects.ts';

/** Listens in place of a server that is started with the first request, and passes all requests on to it. */
export async function startedWhenAsked(start: () => Promise<UrlServer>): Promise<UrlServer> {
  let started: Promise<UrlServer> | undefined;
  const server = createServer(async (asked, answer) => {
    try {
      // One that could not be started is tried again with the next request.
      started ??= start().catch((error: unknown) => {
        started = undefined;
        throw error;
      });
      const { method, headers, url: path = '/' } = asked;
      // The path as it came: a URL would tidy up keys.
      const passedOn = request((await started).url, { method, headers, path });
      passedOn.on('response', ({ statusCode = 502, rawHeaders }) => answer.writeHead(statusCode, rawHeaders));
      passedOn.on('response', (response) => pipeline(response, answer).catch(() => answer.destroy()));
      await pipeline(asked, passedOn);
    } catch {
      answer.destroy();
    }
  });
  return {
    url: await listen(server),
    async stop() {
      server.closeAllConnections();
      server.close();
      await (await started?.catch(() => undefined))?.stop();
    },
  };
}
