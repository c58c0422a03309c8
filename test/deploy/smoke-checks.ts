import { equal, match, ok, rejects } from 'node:assert/strict';
import { join } from 'node:path';
import { z } from 'zod';
import { type Deployment, deploymentParameter } from '../../shared/project/deployment-record.ts';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import type { Deployed } from './aws.ts';
import { type Cdk, cdk } from './cdk.ts';
import { checkClones, checkTasks } from './clone.ts';
import { microprocess } from './command-line.ts';
import { failingUpdate } from './failing-update.ts';
import { poll } from './poll.ts';
import { startSchedule } from './schedule.ts';
import { queryApi, type Signing } from './signed.ts';

export interface SmokeContext {
  readonly aws: Deployed;
  readonly signing: Signing;
  readonly account: string;
  readonly deployment: Deployment;
  /** Deploys the stage once more. */
  readonly cli: Cdk;
  /** Folder for logs. */
  readonly work: string;
  /** Whether a verified sender was given. */
  readonly mail: boolean;
  readonly signal: AbortSignal;
}

const PIPELINE = pipeline.name;
const LIMIT = 1_000;
const RUN_SECONDS = 300;
const summary = z.object({ mail: z.string() });

/**
 * The checks of docs/unverified-on-aws.md, by their numbers there. A check that fails doesn't stop the others.
 * @returns how many failed
 */
export async function smokeChecks(context: SmokeContext): Promise<number> {
  const { aws, signing, deployment, signal } = context;
  const { table, objects: bucket, endpoint: clone } = deployment.resources;
  const { splitter } = deployment.functions;
  const runId = `smoke-${Date.now()}`;
  let failed = 0;
  const check = async (name: string, work: () => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    try {
      await work();
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n        ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  await check('1 a run on arm64 and nodejs24.x, its calls signed for the function URL', async () => {
    await aws.invoke(splitter, { runId, limit: LIMIT });
    await aws.ended(table, runId, 'succeeded', RUN_SECONDS, signal);
    const report = new TextDecoder().decode(await aws.object(bucket, `runs/${PIPELINE}/${runId}/report.csv`));
    equal(report.trimEnd().split(/\r?\n/).length, LIMIT + 1);
  });
  await check('2 an unsigned call to the clone is refused', async () => {
    equal((await fetch(`${clone}/score`, { method: 'POST', body: '{}' })).status, 403);
  });
  await check("3 the fence of leading keys: own keys yes, another pipeline's no", async () => {
    const role = await aws.roleOf(splitter);
    const tableArn = `arn:aws:dynamodb:${signing.region}:${context.account}:table/${table}`;
    equal(await simulate(signing, role, tableArn, `P#${PIPELINE}#${runId}`), 'allowed');
    match(await simulate(signing, role, tableArn, `P#${PIPELINE}-other#${runId}`), /Deny/);
  });
  await check('4 Scheduler puts the scheduled time into the payload and starts a run', async () => {
    const schedule = await startSchedule(signing, `https://scheduler.${signing.region}.amazonaws.com`, splitter);
    await schedule.fireSoon({ schedule: '<aws.scheduler.scheduled-time>', limit: LIMIT });
    const scheduled = await aws.firstRun(table, /^schedule-/, 180, signal);
    await aws.ended(table, scheduled, 'succeeded', RUN_SECONDS, signal);
  });
  const cloudWatch = (Action: string, parameters: Record<string, string>) =>
    queryApi(signing, 'monitoring', `monitoring.${signing.region}.amazonaws.com`, {
      Action,
      Version: '2010-08-01',
      ...parameters,
    });
  const sumOf = (what: Record<string, string>) => async () => {
    const xml = await cloudWatch('GetMetricStatistics', {
      ...what,
      StartTime: new Date(Date.now() - 3_600_000).toISOString(),
      EndTime: new Date().toISOString(),
      Period: '3600',
      'Statistics.member.1': 'Sum',
    });
    return /<Sum>[1-9]/.test(xml) ? true : undefined;
  };
  await check('5 embedded metrics arrive with the one dimension that they have', async () => {
    const what = {
      Namespace: 'Microprocess',
      MetricName: 'RunsSucceeded',
      'Dimensions.member.1.Name': 'Pipeline',
      'Dimensions.member.1.Value': PIPELINE,
    };
    await poll('the metric RunsSucceeded', sumOf(what), { seconds: 300, everyMs: 10_000, signal });
  });
  if (context.mail) {
    await check('6 SES takes the raw message with its attachment from the aggregator', async () => {
      const text = new TextDecoder().decode(await aws.object(bucket, `runs/${PIPELINE}/${runId}/summary.json`));
      equal(summary.parse(JSON.parse(text)).mail, 'sent');
    });
  } else console.log('skipped 6 the mail: no --mail-from');
  await check('7 an alarm that rings may publish to the topic', async () => {
    const alarms = await cloudWatch('DescribeAlarms', { AlarmNamePrefix: 'microprocess-smoke-' });
    const name = /<AlarmName>([^<]+)</.exec(alarms)?.[1];
    if (name === undefined) throw new Error(`No alarm is named microprocess-smoke-…: ${alarms}`);
    const reason = 'npm run smoke tries whether it is heard';
    await cloudWatch('SetAlarmState', { AlarmName: name, StateValue: 'ALARM', StateReason: reason });
    await poll(
      `the action of ${name}`,
      async () => {
        const history = await cloudWatch('DescribeAlarmHistory', { AlarmName: name, HistoryItemType: 'Action' });
        if (/<HistorySummary>Failed to execute action/.test(history)) throw new Error(history);
        return /<HistorySummary>Successfully executed action/.test(history) ? true : undefined;
      },
      { seconds: 60, everyMs: 3_000, signal },
    );
  });
  await check('8 a crash is counted from the log, where an alarm sees it', async () => {
    await aws.invokeRefused(splitter, { runId: 'no id' });
    const what = { Namespace: `Microprocess/smoke/${PIPELINE}`, MetricName: 'Failed' };
    await poll('the metric Failed', sumOf(what), { seconds: 300, everyMs: 10_000, signal });
  });
  await check('9 an update that fails is rolled back, and a run that was under way ends well', async () => {
    const { cli, work } = context;
    // 1,000 calls take five minutes: longer than functions are updated, and put back.
    const held = ['limits', PIPELINE, '--rate', '3', '--for', '10m', '--stage', 'smoke'];
    await microprocess({ args: held, env: process.env, folder: work, signal });
    const underWay = `${runId}-rolled-back`;
    await aws.invoke(splitter, { runId: underWay, limit: LIMIT });
    const changed = failingUpdate(cli.assembly, 'microprocess-smoke', deploymentParameter('smoke', PIPELINE));
    ok(changed > 5, `${changed} functions would be updated`);
    await rejects(cli.deploy(), 'the update was made to fail');
    await aws.ended(table, underWay, 'succeeded', 2 * RUN_SECONDS, signal);
    const report = new TextDecoder().decode(await aws.object(bucket, `runs/${PIPELINE}/${underWay}/report.csv`));
    equal(report.trimEnd().split(/\r?\n/).length, LIMIT + 1);
  });
  const shop = cdk(join(context.work, 'clone'), process.env, signal);
  try {
    let balancer = '';
    await check(
      '10 clones of a function and of a web function answer as the live ones do, signed calls alone',
      async () => {
        balancer = (await checkClones({ cli: shop, signing })).get('TasksBalancer') ?? '';
      },
    );
    await check('11 the clone of an ECS service answers under its host, by a task of its own', () =>
      checkTasks(balancer, signal),
    );
  } finally {
    await shop.destroy();
  }
  return failed;
}

/** What IAM says of GetItem under a leading key: `allowed`, `implicitDeny` or `explicitDeny`. */
async function simulate(signing: Signing, role: string, table: string, key: string): Promise<string> {
  const xml = await queryApi({ ...signing, region: 'us-east-1' }, 'iam', 'iam.amazonaws.com', {
    Action: 'SimulatePrincipalPolicy',
    Version: '2010-05-08',
    PolicySourceArn: role,
    'ActionNames.member.1': 'dynamodb:GetItem',
    'ResourceArns.member.1': table,
    'ContextEntries.member.1.ContextKeyName': 'dynamodb:LeadingKeys',
    'ContextEntries.member.1.ContextKeyType': 'stringList',
    'ContextEntries.member.1.ContextKeyValues.member.1': key,
  });
  return /<EvalDecision>(\w+)</.exec(xml)?.[1] ?? 'no decision';
}
