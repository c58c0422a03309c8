import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from '../../../local/emulators/loopback.ts';
import { startedWhenAsked } from '../../../local/emulators/started-when-asked.ts';

test('the server starts with the first request, and again where it could not; paths and bodies go through as they came', async () => {
  let starts = 0;
  const front = await startedWhenAsked(async () => {
    if (++starts === 1) throw new Error('no room');
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.writeHead(201).end(`${request.url} ${Buffer.concat(chunks)}`));
    });
    return { url: await listen(server), stop: async () => void server.close() };
  });
  const ask = () => fetch(`${front.url}/a%2Fb?c=%20`, { method: 'POST', body: 'said' });
  await expect(ask()).rejects.toThrow();
  const [one, other] = await Promise.all([ask(), ask()]);
  expect([one.status, await one.text()]).toEqual([201, '/a%2Fb?c=%20 said']);
  expect(await other.text()).toBe('/a%2Fb?c=%20 said');
  expect(starts).toBe(2);
  await front.stop();
  await expect(ask()).rejects.toThrow();
});

test('it ends where nothing was started', async () => {
  const front = await startedWhenAsked(() => Promise.reject(new Error('no room')));
  await front.stop();
  await expect(fetch(front.url)).rejects.toThrow();
});
