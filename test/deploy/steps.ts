import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import PostalMime from 'postal-mime';
import { z } from 'zod';
import { scheduledRunId } from '../../shared/domain/ids.ts';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { adaptToEmulator } from './adapt.ts';
import { Deployed } from './aws.ts';
import { cdk } from './cdk.ts';
import { checkClones } from './clone.ts';
import { microprocess } from './command-line.ts';
import { embeddedReport } from './embedded.ts';
import { type Context, CREDENTIALS, functionUrlHere } from './emulator.ts';
import { fullQueues, type Mail, sentMails } from './mailbox.ts';
import { poll } from './poll.ts';
import { DEPLOYED_PROJECT } from './project.ts';
import { checkRenders } from './renders.ts';
import { startSchedule } from './schedule.ts';

type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const PIPELINE = 'scores';
const STAGE = 'dev';
const LIMIT = 1_000;
const RUN = 'deploy-test';
const SENDER = 'reports@your-company.com';
/** A run of a thousand takes seconds; the machine may be busy. */
const RUN_SECONDS = 120;
const shownRun = z.object({ runId: z.literal(RUN), status: z.string() });

/** The whole app: deployed, started by hand and by the clock, compared with the embedded run, destroyed. */
export async function deployAndCheck(context: Context, step: Step): Promise<void> {
  const { endpoint, region, signal } = context;
  const cli = cdk(context.work, context.env, signal, DEPLOYED_PROJECT);
  const credentials = {
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  const aws = new Deployed(PIPELINE, { region, endpoint, credentials });

  await step('cdk bootstrap, cdk synth', () =>
    Promise.all([cli.bootstrap(context.account, region), cli.synth({ stage: STAGE, mailFrom: SENDER })]),
  );
  ok(adaptToEmulator(cli.assembly) > 0, 'functions may send to queues');
  await step('cdk deploy', () => cli.deploy());
  const deployment = await aws.deployment(STAGE);
  const { table, objects: bucket } = deployment.resources;
  const { splitter } = deployment.functions;

  // Nothing else is changed.
  const here = functionUrlHere(endpoint);
  const repointed = await aws.rewriteEnvironment(RESOURCES.endpoint.variable, here);
  equal(repointed, 3, 'the forwarders of all pipelines know their clones');
  for (const { variable } of [RESOURCES.callbackUrl, RESOURCES.reportLinkUrl])
    await aws.rewriteEnvironment(variable, (url) => (url === '' ? url : here(url)));

  const due = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  const schedule = await step('the schedule as deployed', () =>
    startSchedule({ region, credentials }, endpoint, splitter),
  );
  equal(schedule.input, '{"schedule":"<aws.scheduler.scheduled-time>"}');
  equal(`${schedule.expression} ${schedule.timeZone}`, 'cron(0 2 1 * ? *) UTC');
  // The local Scheduler doesn't put the time in, and a whole run would take minutes: both are said here.
  const tick = { schedule: due.toISOString(), limit: LIMIT };
  await schedule.fireSoon(tick);

  const refused = await aws.invokeRefused(splitter, { limit: 'all' });
  match(refused, /limit/, 'a refusal names the field');
  const started = await step('a run by the Test button', () => aws.invoke(splitter, { runId: RUN, limit: LIMIT }));
  equal(started.runId, RUN);
  await step('the run', () => aws.ended(table, RUN, 'succeeded', RUN_SECONDS, signal));
  const embedded = await step('the embedded run', () =>
    embeddedReport(['--limit', String(LIMIT)], context.work, signal),
  );
  const report = await aws.object(bucket, `${started.report}report.csv`);
  ok(
    embedded.equals(report),
    `report.csv of the deployed run differs from the embedded one: ${difference(embedded, report)}`,
  );
  equal(
    (await aws.invoke(splitter, { runId: RUN, limit: LIMIT })).created,
    false,
    'the same start again is the same run',
  );

  const shown = await step('the command line finds it', () =>
    microprocess({ args: ['show', RUN, '--stage', STAGE], env: context.env, folder: context.work, signal }),
  );
  equal(shownRun.parse(shown).status, 'succeeded');

  await step('the mail', () => checkMail(context, aws, bucket, started.report, report));
  const scheduled = scheduledRunId(due);
  const byTheClock = async () => {
    await aws.firstRun(table, new RegExp(`^${scheduled}$`), 80, signal).catch(async (error: unknown) => {
      // The local AWS keeps no word of an asynchronous invocation that failed: the same event again says why.
      await aws.invoke(splitter, tick);
      throw error;
    });
    await aws.ended(table, scheduled, 'succeeded', RUN_SECONDS, signal);
  };
  const clones = () =>
    checkClones({
      cli: cdk(join(context.work, 'clone'), context.env, signal),
      signing: { region, credentials },
      local: { endpoint, here: functionUrlHere(endpoint) },
    });
  // The clock's minute is long enough for both.
  await step('a run by the schedule; a clone of a function that is there', () => Promise.all([byTheClock(), clones()]));
  ok(
    embedded.equals(await aws.object(bucket, `runs/${PIPELINE}/${scheduled}/report.csv`)),
    'the scheduled run has the same report',
  );
  await checkRenders(context, STAGE, step);
  await step('nothing is left over', () => checkQuiet(context));
  // The local CloudFormation doesn't tag buckets; without its tag the CDK's emptier leaves a bucket alone, and rightly.
  await aws.tag(bucket, { 'aws-cdk:auto-delete-objects': 'true' });
  await step('cdk destroy', () => cli.destroy());
  equal((await aws.leftovers(`microprocess-${STAGE}`)).join(), '', 'destroyed functions and buckets are gone');
}

/** The local SES keeps what people read first; attachments and chart are read from the message the run stored. */
async function checkMail(
  { endpoint, signal }: Context,
  aws: Deployed,
  bucket: string,
  prefix: string,
  report: Uint8Array,
): Promise<void> {
  const mails = await poll<Mail[]>(
    'the mail',
    async () => {
      const ours = (await sentMails(endpoint)).filter(({ BodyText, Subject }) => `${Subject}${BodyText}`.includes(RUN));
      return ours.length > 0 ? ours : undefined;
    },
    { seconds: 20, signal },
  );
  equal(mails.length, 1, 'a run sends one mail');
  const [mail] = mails;
  ok(mail);
  equal(mail.Source, SENDER);
  ok(mail.To.includes('success@simulator.amazonses.com'), `recipients are ${mail.To.join(', ')}`);
  ok(mail.BodyHtml && mail.BodyHtml.length > 500, 'the mail has an HTML part');
  const stored = await PostalMime.parse(await aws.object(bucket, `${prefix}email.eml`));
  const attached = stored.attachments.find(({ filename }) => /\.csv(\.gz)?$/.test(filename ?? ''));
  ok(attached && attached.content instanceof ArrayBuffer, 'the report is attached');
  const content = Buffer.from(attached.content);
  const text = attached.filename?.endsWith('.gz') ? gunzipSync(content) : content;
  equal(text.toString(), `\ufeff${Buffer.from(report)}`, 'the attached report is the report, with a byte-order mark');
  ok(
    stored.attachments.some(({ mimeType }) => mimeType === 'image/png'),
    'the mail has its chart',
  );
}

/** No message in a queue or dead-letter queue, and nobody was denied anything that a retry then hid. */
async function checkQuiet({ endpoint, log, signal }: Context): Promise<void> {
  await poll(
    'the queues to be empty',
    async () => (Object.keys(await fullQueues(endpoint)).length === 0 ? true : undefined),
    {
      seconds: 30,
      signal,
    },
  );
  const denied = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /AccessDenied|is not authorized/.test(line));
  equal(denied.slice(0, 5).join('\n'), '', 'IAM denied a function something');
}

/** The first line in which two reports differ. */
function difference(wanted: Uint8Array, received: Uint8Array): string {
  const [a, b] = [wanted, received].map((bytes) => new TextDecoder().decode(bytes).split('\n'));
  const at = a?.findIndex((line, index) => line !== b?.[index]) ?? 0;
  return `${a?.length} and ${b?.length} lines; line ${at + 1} is ${JSON.stringify(a?.[at])} embedded, ${JSON.stringify(b?.[at])} deployed`;
}
