import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { eventSink } from './events.ts';
import { IN_USE } from './exit-codes.ts';
import { listen } from './loopback.ts';
import { sesSink } from './ses.ts';
import { startedWhenAsked } from './started-when-asked.ts';
import { tableServer } from './table.ts';

/**
 * Process or thread of the emulators: SQS and S3 (fauxqs), DynamoDB (dynalite), SES v2 and EventBridge (sinks). Tables, objects,
 * mails and events stay in the directory given as first argument; queues live in memory. Prints where it listens, ends with its stdin.
 * Where the second argument is `looking`, SQS and S3 start with their first request: who looks at runs asks the table, and seldom more.
 */
/** Longer than any pause between two calls of a client, so that no kept-alive connection is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

const directory = process.argv[2];
if (directory === undefined) throw new Error('The emulators need a directory for their state.');

process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  // dynalite throws when a client goes away in the middle of a request, as a stopped host does.
  if (error.code === 'ECONNRESET') return;
  console.error(error);
  process.exit(1);
});

const tables = join(directory, 'table');
await mkdir(tables, { recursive: true });
await tryDatabase(tables);
const start = async () => (await import('./queues-and-objects.ts')).startQueuesAndObjects(join(directory, 's3'));
const sqsAndS3 = await (process.argv[3] === 'looking' ? startedWhenAsked(start) : start());
const table = await tableServer(tables);
const mail = sesSink(join(directory, 'mail'));
const events = eventSink(join(directory, 'events.jsonl'));
for (const server of [table, mail, events]) server.keepAliveTimeout = KEEP_ALIVE_MS;

const [dynamodb, ses, eventbridge] = await Promise.all([listen(table), listen(mail), listen(events)]);
console.log(JSON.stringify({ listening: { aws: sqsAndS3.url, dynamodb, ses, eventbridge } }));

let ending = false;
process.stdin.on('end', end).on('error', end).resume();
process.on('SIGTERM', end);

function end(): void {
  if (ending) return;
  ending = true;
  for (const server of [table, mail, events]) server.closeAllConnections();
  for (const server of [mail, events]) server.close();
  // LevelDB has written all it acknowledged to its log; closing it only saves the next start from replaying that.
  void sqsAndS3.stop().finally(() => table.close(() => process.exit(0)));
}

/** Ends the process where the database doesn't open: dynalite would say so with the first request, and not why. */
async function tryDatabase(path: string): Promise<void> {
  const database = new Level(path);
  try {
    await database.open();
    await database.close();
  } catch (error) {
    const why = error instanceof Error ? (error.cause ?? error) : error;
    if (why instanceof Error && 'code' in why && why.code === 'LEVEL_LOCKED') process.exit(IN_USE);
    console.error(`The database ${path} can't be opened: ${why instanceof Error ? why.message : String(why)}`);
    process.exit(1);
  }
}
