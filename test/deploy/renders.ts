import { equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sendCallback } from 'microprocess/callback';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { Deployed } from './aws.ts';
import { microprocess } from './command-line.ts';
import { embeddedReport } from './embedded.ts';
import { type Context, CREDENTIALS } from './emulator.ts';
import { sentMails } from './mailbox.ts';
import { poll } from './poll.ts';

type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const PIPELINE = 'renders';
const RUN = 'deploy-test-renders';
const WAITING_RUN = 'deploy-test-waits';
const PARAMS = { scenes: 6 };
const RUN_SECONDS = 120;

/** The example of work that calls back: its run as deployed, its callbacks' route, and the link in its mail. */
export async function checkRenders(context: Context, stage: string, step: Step): Promise<void> {
  const { endpoint, region, signal, work } = context;
  const credentials = {
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  const aws = new Deployed(PIPELINE, { region, endpoint, credentials });
  const { resources, functions } = await aws.deployment(stage);
  const callbackUrl = await aws.variableOf(functions.forwarder, RESOURCES.callbackUrl.variable);
  const started = await aws.invoke(functions.splitter, { runId: RUN, params: PARAMS });
  await step('a run whose service calls back', () => aws.ended(resources.table, RUN, 'succeeded', RUN_SECONDS, signal));
  const report = await aws.object(resources.objects, `${started.report}report.csv`);
  const embedded = await step('the same, embedded', () =>
    embeddedReport([PIPELINE, '--params', JSON.stringify(PARAMS)], work, signal),
  );
  ok(embedded.equals(report), `its report differs: ${Buffer.from(report)} deployed, ${embedded} embedded`);
  await step('a child that waits, in no call and no message, until its worker calls back', () =>
    callBackLater(context, aws, stage),
  );
  await step('who has no token of ours is not let in', () => refused(callbackUrl));
  await step('the link in its mail', () => follow(context, report));
}

/** The 202 comes first: only once the register says that the child waits does its worker, this very process, call back. */
async function callBackLater({ env, work, signal }: Context, aws: Deployed, stage: string): Promise<void> {
  const { resources } = await aws.deployment(stage);
  const worker = createServer().listen(0, '127.0.0.1');
  const told = new Promise<string>((resolve, reject) => {
    worker.on('request', (request, answer) => {
      text(request).then(resolve, reject);
      answer.end();
    });
  });
  try {
    await once(worker, 'listening');
    const address = worker.address();
    ok(typeof address === 'object' && address !== null);
    const items = join(work, 'waiting.jsonl');
    const scene = { name: 'slow', radius: 0.7, frames: 1, worker: `http://127.0.0.1:${address.port}` };
    writeFileSync(items, `${JSON.stringify(scene)}\n`);
    const args = ['start', PIPELINE, '--run-id', WAITING_RUN, '--items', items, '--stage', stage];
    await microprocess({ args, env, folder: work, signal });
    const url = await told;
    const waits = async () => ((await aws.waits(resources.table, WAITING_RUN)) ? true : undefined);
    await poll('the child to wait', waits, { seconds: 60, signal });
    equal(await sendCallback(url, { result: { frames: 1, brightness: 0.5 } }), 'recorded');
    await aws.ended(resources.table, WAITING_RUN, 'succeeded', RUN_SECONDS, signal);
    equal(await sendCallback(url, 'progress'), 'too-late');
  } finally {
    worker.close();
  }
}

async function refused(callbackUrl: string): Promise<void> {
  const body = JSON.stringify({ status: 200, result: { frames: 1 } });
  const answer = await fetch(`${callbackUrl}/callback/eyJydW4iOjF9.x`, { method: 'POST', body });
  equal(answer.status, 401);
  equal((await fetch(`${callbackUrl}/callback/x`)).status, 404);
}

async function follow({ endpoint, signal }: Context, report: Uint8Array): Promise<void> {
  const href = await poll(
    'the mail with its link',
    async () => {
      const texts = (await sentMails(endpoint)).map(({ BodyText }) => BodyText);
      return texts
        .map((text) => /https?:\/\/\S+\/report\/\S+\/csv/.exec(text)?.[0])
        .find((found) => found !== undefined);
    },
    { seconds: 20, signal },
  );
  const answer = await fetch(href, { redirect: 'manual' });
  equal(answer.status, 303);
  const location = answer.headers.get('location') ?? '';
  match(location, /X-Amz-Signature=/);
  const file = await fetch(location);
  equal(file.status, 200, `the link leads to the report: ${location}`);
  ok(Buffer.from(await file.arrayBuffer()).equals(Buffer.from(report)), 'the link leads to the rows');
  equal((await fetch(`${href.slice(0, -'/csv'.length)}x`, { redirect: 'manual' })).status, 401);
}
