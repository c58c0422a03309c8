import { createServer } from 'node:http';

/** A service that answers with what it was started with. */
const server = createServer((_, response) => {
  response.end(JSON.stringify({ pid: process.pid, key: process.env.AWS_ACCESS_KEY_ID ?? null }));
});
server.listen(Number(process.env.PORT), process.env.HOST, () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ listening: `http://${process.env.HOST}:${port}` }));
});
if (process.env.EXIT_WITH_PARENT === '1') process.stdin.on('end', () => process.exit(0)).resume();
