import { createServer } from 'node:http';
import { makeResults } from './data.ts';

/**
 * The service that both sides call: as cheap as node:http allows, answering ready-made JSON after the milliseconds given
 * as first argument. Prints where it listens, ends with its stdin. `GET /` tells what it saw and forgets it.
 */
const delayMs = Number(process.argv[2] ?? 0);
const answers = makeResults(8_192).map((result) => Buffer.from(JSON.stringify(result)));
const UNSEEN = { calls: 0, firstAt: 0, lastAt: 0, open: 0, openMost: 0 };
let seen = { ...UNSEEN };

const server = createServer((request, response) => {
  const json = (body: Buffer | string) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
  if (request.method === 'GET') {
    json(JSON.stringify(seen));
    seen = { ...UNSEEN };
    return;
  }
  if (seen.calls === 0) seen.firstAt = Date.now();
  seen.openMost = Math.max(seen.openMost, ++seen.open);
  const answer = answers[seen.calls++ % answers.length] ?? '';
  request.resume().on('end', () => {
    const reply = () => {
      json(answer);
      seen.open--;
      seen.lastAt = Date.now();
    };
    if (delayMs === 0) reply();
    else setTimeout(reply, delayMs);
  });
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Unexpected address ${address}.`);
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
});
for (const event of ['end', 'error']) process.stdin.on(event, () => process.exit(0));
process.stdin.resume();
process.on('SIGTERM', () => process.exit(0));
