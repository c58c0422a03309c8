import { createServer } from 'node:http';
import { afterAll, beforeAll } from 'vitest';
import { withEnvironment } from '../support.ts';

/**
 * A service of AWS's for all tests of a file, which answers each request with JSON.
 * @param variable where its address stands, such as `AWS_ENDPOINT_URL_LAMBDA`
 */
export function serviceOfAws(variable: string, answer: (path: string) => unknown): void {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(url)));
  });
  let restore: () => void;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    restore = withEnvironment({
      [variable]: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(async () => {
    restore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}
