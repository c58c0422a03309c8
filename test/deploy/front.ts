import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { isAddress } from './address.ts';

/** A server in front of the emulator, and its base URL. */
export interface Front {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The local AWS starts a process for each call a function is busy with: more than a few help nobody on one machine. */
const CALLS_AT_ONCE = 8;

const HOP_BY_HOP = ['connection', 'keep-alive', 'expect', 'transfer-encoding'];

/**
 * Passes every request on to the emulator as one that came by TLS. Its policies are enforced, among them those that
 * deny whatever comes in plain text, and it takes the word of a proxy in front of it. The alternative is a certificate
 * that the CLI, each function and the tests would have to be taught to trust.
 * @param target port of the emulator, known before it listens
 */
export async function startFront(target: () => number): Promise<Front> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const calls = new Agent({ keepAlive: true, maxSockets: CALLS_AT_ONCE });
  const server = createServer((incoming, outgoing) =>
    pass(incoming, outgoing, target(), incoming.url?.startsWith('/_aws/lambda-url/') ? calls : agent),
  );
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (!isAddress(address)) throw new Error(`Expected a port to listen on, received ${JSON.stringify(address)}.`);
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
        calls.destroy();
      }),
  };
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number, agent: Agent): void {
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
  const { method, url } = incoming;
  const upstream = request(
    {
      host: '127.0.0.1',
      port,
      agent,
      ...(method ? { method } : {}),
      path: url ?? '/',
      headers: { ...headers, 'x-forwarded-proto': 'https' },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  upstream.once('error', (error) => {
    if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'text/plain' });
    outgoing.end(`The emulator on port ${port} doesn't answer: ${error.message}`);
  });
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) upstream.destroy();
  });
  incoming.pipe(upstream);
}
