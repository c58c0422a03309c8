import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpCaller } from '../../../../shared/adapters/endpoints/http.ts';
import { Listeners } from '../../listeners.ts';
import { testPipeline } from '../../support.ts';

/** What comes over a bare connection, good HTTP or not, and what each call came to. */
const listeners = new Listeners();
afterEach(() => listeners.close());

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const ok = { kind: 'answer', httpStatus: 200, body: 'ok' };
const failure = (reason: string) => ({ kind: 'failure', reason });
const end = (text: string) => (socket: Socket) => socket.end(text);

test.each<[what: string, serve: (socket: Socket) => unknown, result: object]>([
  ['an answer', end(OK), ok],
  ['an answer that ends with its connection', end('HTTP/1.1 200 OK\r\n\r\nok'), ok],
  ['an answer in chunks', end(`${CHUNKED}1\r\no\r\n1\r\nk\r\n0\r\n\r\n`), ok],
  ['102 Processing before the answer', end(`HTTP/1.1 102 Processing\r\n\r\n${OK}`), ok],
  ['103 Early Hints before the answer', end(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}`), ok],
  ['several of them', end(`HTTP/1.1 103 E\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 199 X\r\n\r\n${OK}`), ok],
  ['hints and nothing else', end('HTTP/1.1 103 Early Hints\r\n\r\n'), failure('connection-reset')],
  ['100 Continue, which nobody asked for', end(`HTTP/1.1 100 Continue\r\n\r\n${OK}`), failure('unasked-continue')],
  [
    '101 Switching Protocols, which nobody asked for',
    end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    failure('bad-http'),
  ],
  ['HTTP/0.9', end('ok'), failure('bad-http')],
  ['another protocol', end('SSH-2.0-x\r\n\r\n'), failure('bad-http')],
  ['a status that is no number', end('HTTP/1.1 OK\r\n\r\n'), failure('bad-http')],
  ['a status of two digits', end('HTTP/1.1 20 OK\r\n\r\n'), failure('bad-http')],
  ['a status of no class', end('HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n'), failure('network')],
  [
    'a status beyond the classes',
    end('HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n'),
    { kind: 'answer', httpStatus: 999 },
  ],
  ['two lengths', end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'), failure('bad-http')],
  ['a length that is no number', end('HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok'), failure('bad-http')],
  ['a chunk without a length', end(`${CHUNKED}zz\r\nok\r\n`), failure('bad-http')],
  ['a header without a colon', end('HTTP/1.1 200 OK\r\nnonsense\r\n\r\nok'), failure('bad-http')],
  [
    'too many headers',
    end(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1_000)}\r\n`.repeat(40)}\r\nok`),
    failure('headers-too-large'),
  ],
  ['one header without end', (socket) => flood(socket, 'HTTP/1.1 200 OK\r\nx: '), failure('headers-too-large')],
  ['nothing', (socket) => socket.end(), failure('connection-reset')],
  ['a reset', (socket) => socket.resetAndDestroy(), failure('connection-reset')],
  ['a reset amid the headers', cut('HTTP/1.1 200 OK\r\nx: '), failure('connection-reset')],
  ['a reset amid the body', cut('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok'), failure('connection-reset')],
  ['a close amid the body', end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok'), failure('connection-reset')],
  ['a close amid the chunks', end(`${CHUNKED}5\r\nok`), failure('connection-reset')],
  [
    'a page cut off by a reset',
    cut('HTTP/1.1 503 Busy\r\ncontent-length: 5\r\n\r\nok'),
    { kind: 'answer', httpStatus: 503, body: 'ok' },
  ],
  [
    'folded waits',
    end('HTTP/1.1 503 X\r\nretry-after: 5\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n'),
    { httpStatus: 503, retryAfter: '5, 9' },
  ],
])('%s', async (_, serve, result) => {
  expect(await callTo(serve, 20)).toMatchObject(result);
});

test.each<[what: string, serve: (socket: Socket) => unknown, result: object]>([
  [
    'a page that does not end',
    (socket) => socket.write('HTTP/1.1 404 X\r\ncontent-length: 5\r\n\r\nno'),
    { kind: 'answer', httpStatus: 404, body: 'no' },
  ],
  [
    'a body that does not end',
    (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok'),
    failure('timeout'),
  ],
])('%s in time', async (_, serve, result) => {
  expect(await callTo(serve, 0.2)).toMatchObject(result);
});

async function callTo(serve: (socket: Socket) => unknown, timeoutSeconds: number) {
  const url = await listeners.listen(createServer((socket) => socket.once('data', () => serve(socket))));
  const { name, endpoint } = testPipeline();
  const pipeline = { name, endpoint: { ...endpoint, timeoutSeconds } };
  const caller = httpCaller({ url, connections: 1, signer: null, pipeline });
  listeners.closing(() => caller.close());
  const request = { run: 'march', root: 'march', child: '0-0.0.0', attempt: 1, method: 'POST', path: '/', headers: {} };
  return caller.call({ ...request, body: '1' });
}

/** Sends this, and resets once the other side has it. */
function cut(text: string) {
  return (socket: Socket) => socket.write(text, () => setImmediate(() => socket.resetAndDestroy()));
}

/** Sends without end, as long as the other side takes it. */
function flood(socket: Socket, start: string): void {
  socket.write(start);
  const more = () => {
    while (socket.writable && socket.write('y'.repeat(10_000)));
  };
  socket.on('drain', more);
  more();
}
