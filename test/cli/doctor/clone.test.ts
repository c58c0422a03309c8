import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneCheck } from '../../../cli/doctor/clone.ts';

/** Answers each path with the status that it names. */
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => response.writeHead(Number(url.slice(1))).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['IAM', 403, 'pass', /refuses unsigned calls/],
  ['IAM', 200, 'warn', /answers 200 to an unsigned call/],
  ['IAM', 502, 'fail', /answers 502/],
  ['NONE', 404, 'pass', /calls to it aren't signed/],
  ['NONE', 503, 'fail', /answers 503/],
] as const)('a clone that wants %s and answers %i to a stranger: %s', async (endpointAuth, status, result, detail) => {
  const check = await cloneCheck({ endpoint: `${url}/${status}`, endpointAuth });
  expect(check).toMatchObject({ name: 'clone', result, detail: expect.stringMatching(detail) });
  expect(check.next === undefined).toBe(result === 'pass');
});

test("one of a user's own that doesn't answer here may answer the forwarders", async () => {
  const endpoint = 'http://127.0.0.1:1';
  expect(await cloneCheck({ endpoint, endpointAuth: 'NONE' })).toMatchObject({ result: 'warn' });
  await expect(cloneCheck({ endpoint, endpointAuth: 'IAM' })).rejects.toThrow('fetch failed');
});
