import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { poll } from '../../deploy/poll.ts';

/** How long a Java process may take to listen, on a machine that does nothing else. */
const START_SECONDS = 60;

/** Amazon's DynamoDB Local and ElasticMQ, out of the jars in a folder. */
export async function startJavaEmulators(jars: string) {
  const [dynamodbPort, sqsPort] = [await freePort(), await freePort()];
  const config = join(jars, 'elasticmq.conf');
  await writeFile(
    config,
    `include classpath("application.conf")
node-address { host = "127.0.0.1", port = ${sqsPort} }
rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${sqsPort} }
rest-stats { enabled = false }
`,
  );
  const path = ['-cp', join(jars, '*')];
  const children = [
    spawn('java', [
      ...[`-Dsqlite4java.library.path=${jars}`, ...path, 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'],
      ...['-inMemory', '-disableTelemetry', '-port', String(dynamodbPort)],
    ]),
    spawn('java', [`-Dconfig.file=${config}`, ...path, 'org.elasticmq.server.Main']),
  ];
  const stop = () => void children.map((child) => child.kill());
  try {
    await Promise.all([dynamodbPort, sqsPort].map((port, i) => listening(port, children[i])));
  } catch (error) {
    stop();
    throw error;
  }
  const address = (port: number) => `http://127.0.0.1:${port}`;
  return { dynamodb: address(dynamodbPort), sqs: address(sqsPort), stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

/** @throws {Error} with what the process wrote, where nothing comes to listen */
async function listening(port: number, child: ChildProcess | undefined): Promise<void> {
  let said = '';
  for (const stream of [child?.stdout, child?.stderr])
    stream?.on('data', (chunk) => {
      said += String(chunk);
    });
  const connected = () =>
    new Promise<true>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => reject(new Error(said)));
    });
  await poll(`port ${port}`, connected, { seconds: START_SECONDS });
}
