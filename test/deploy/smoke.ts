import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { verifiedIdentityOf } from '../../cli/doctor/mail.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import { Deployed } from './aws.ts';
import { cdk } from './cdk.ts';
import { endAllGroups } from './processes.ts';
import { queryApi } from './signed.ts';
import { smokeChecks } from './smoke-checks.ts';

const HELP = `npm run smoke -- --yes [--mail-from <address>] [--keep]

Checks on a real AWS account what no emulator can show (docs/unverified-on-aws.md): deploys the stage "smoke" with the
credentials in use, makes three runs of 1,000 children, deploys three clones beside, asserts, and destroys it all. Takes about forty minutes and
costs a few cents; the account and region must be bootstrapped (npx cdk bootstrap).

  --yes                 deploy to the account that the credentials belong to; without it nothing is done
  --mail-from <address> an SES sender that is verified, itself or by a domain above it, to check the mail too; its recipient is SES's own mailbox simulator
  --keep                leave the stage deployed, to look at it; "npx cdk destroy -c stage=smoke" destroys it
  --help

Region and credentials come from where every AWS tool takes them: AWS_REGION, AWS_PROFILE, …
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, problem } = read();
  if (problem || values.help) {
    console.log(problem ? `${problem}\n\n${HELP}` : HELP);
    return problem ? 2 : 0;
  }
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region) return refuse('AWS_REGION must name the region to deploy to; it is not set.');
  if (process.env.AWS_ENDPOINT_URL)
    return refuse(`AWS_ENDPOINT_URL is ${process.env.AWS_ENDPOINT_URL}: that is no real account.`);
  const signing = { region, credentials: defaultProvider() };
  const identity = await queryApi(signing, 'sts', `sts.${region}.amazonaws.com`, {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
  });
  const account = /<Account>(\d{12})</.exec(identity)?.[1] ?? 'unknown';
  if (!values.yes)
    return refuse(`This would deploy the stage "smoke" to account ${account}, ${region}. Say --yes to do it.`);

  const mailFrom = values['mail-from'];
  const ses = new SESv2Client({ region });
  const mailIdentity = mailFrom === undefined ? null : await verifiedIdentityOf(ses, mailFrom);
  ses.destroy();
  if (mailFrom !== undefined && mailIdentity === null)
    return refuse(`Neither ${mailFrom} nor a domain of it is verified in SES, in ${region}.`);

  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort(new Error(signal)));
  process.on('exit', endAllGroups);
  const work = join(PACKAGE_DIR, '.deploy-test', 'smoke');
  rmSync(work, { recursive: true, force: true });
  const cli = cdk(work, process.env, abort.signal);
  // Cleaning up must work when the checks were interrupted.
  const cleaner = cdk(work, process.env, new AbortController().signal);
  const aws = new Deployed(pipeline.name, { region });
  const found = await aws.leftovers('microprocess-smoke');
  if (found.length > 0) return refuse(`Stage "smoke" exists already (${found.join(', ')}); destroy it first.`);

  try {
    console.log(`Deploying to account ${account}, ${region} …`);
    await cli.synth({
      stage: 'smoke',
      ...(mailFrom === undefined || mailIdentity === null ? {} : { mailFrom, mailIdentity }),
    });
    await cli.deploy();
    const deployment = await aws.deployment('smoke');
    const failed = await smokeChecks({
      aws,
      signing,
      account,
      deployment,
      cli,
      work,
      mail: mailFrom !== undefined,
      signal: abort.signal,
    });
    return failed === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return 1;
  } finally {
    if (values.keep) console.log('Kept: npx cdk destroy -c stage=smoke');
    else {
      console.log('Destroying …');
      await cleaner.destroy();
    }
  }
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}

function read() {
  const options = {
    yes: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    'mail-from': { type: 'string' },
  } as const;
  try {
    return { values: parseArgs({ options }).values, problem: undefined };
  } catch (error) {
    return {
      values: parseArgs({ options, args: [] }).values,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}
