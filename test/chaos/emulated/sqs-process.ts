import { buildApp } from 'fauxqs';
import { NOW_HEADER } from './virtual-time.ts';

/**
 * Process of an SQS (fauxqs) that lives in the virtual time of whoever asks it: each request says what time it is. Delays,
 * visibility time-outs, receive counts and dead-letter queues are fauxqs's own.
 */
const LOOPBACK = '127.0.0.1';

let now = 0;
Date.now = () => now;

const app = buildApp({ logger: false, host: LOOPBACK });
app.server.prependListener('request', ({ headers }) => {
  now = Number(headers[NOW_HEADER] ?? now);
});
const url = await app.listen({ port: 0, host: LOOPBACK });
console.log(JSON.stringify({ listening: { url } }));

const end = () => process.exit(0);
process.stdin.on('end', end).on('error', end).resume();
process.on('SIGTERM', end);
