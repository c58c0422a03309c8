import { createServer, type ServerResponse } from 'node:http';
import { onTestFinished, vi } from 'vitest';

/**
 * An AWS service that takes its first requests and never answers them, and the rest with `answer`. SDK clients made behind
 * it, within the test, talk to it. It is closed with its test.
 */
export async function muteServer(service: string, mute: number, answer: (response: ServerResponse) => void) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (++requests > mute) request.on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    vi.unstubAllEnvs();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`;
  vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return { url, requests: () => requests };
}

export const json = (body: unknown) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
};
