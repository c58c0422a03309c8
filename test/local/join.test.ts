import { createServer, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { HostGoneError, joinHost } from '../../local/join.ts';
import { type Listening, listenLocally } from '../../local/loopback.ts';

let host: Listening | undefined;
afterEach(() => host?.stop());

/** Joins a host that answers as is said. */
async function joining(answer: (response: ServerResponse) => void, signal?: AbortSignal) {
  host = await listenLocally(createServer((_, response) => answer(response)));
  const errors: string[] = [];
  const joined = await joinHost(
    { url: host.url, token: 't' },
    { pipeline: 'scores' },
    (message) => errors.push(message),
    signal,
  );
  return { joined, errors };
}

test('words that a newer host says, or that were cut off, are in the way of none that are known', async () => {
  const { joined, errors } = await joining((response) => {
    response.write('{"welcome":true}\n\n{"joined":{"fre\n{"joined":{"fresh":true}}\n');
    response.end('{"news":1}\nnull\n{"error":"a source failed"}\n');
  });
  expect(joined?.fresh).toBe(true);
  expect(await joined?.failure).toBeInstanceOf(HostGoneError);
  expect(errors).toEqual(['a source failed']);
});

test('a host that is busy is waited for, until the terminal is told to stop', async () => {
  const abort = new AbortController();
  const { joined } = await joining(() => abort.abort(), abort.signal);
  expect(joined).toBeNull();
});
