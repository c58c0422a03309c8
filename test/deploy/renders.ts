import { equal, match, ok } from 'node:assert/strict';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { Deployed } from './aws.ts';
import { embeddedReport } from './embedded.ts';
import { type Context, CREDENTIALS } from './emulator.ts';
import { sentMails } from './mailbox.ts';
import { poll } from './poll.ts';

type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const PIPELINE = 'renders';
const RUN = 'deploy-test-renders';
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
  await step('who has no token of ours is not let in', () => refused(callbackUrl));
  await step('the link in its mail', () => follow(context, report));
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
