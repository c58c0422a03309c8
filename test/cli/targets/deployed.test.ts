import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Looks } from '../../../cli/console/looks.ts';
import { stageDesks } from '../../../cli/desks/stage-desks.ts';
import { localTable, stateDir } from '../../../cli/home.ts';
import { BUCKET } from '../../../local/environment.ts';
import { type Host, startHost } from '../../../local/host.ts';
import { s3Objects } from '../../../shared/adapters/s3/objects.ts';
import { deploymentParameter } from '../../../shared/project/deployment-record.ts';
import pipeline from '../../fixtures/project/pipelines/scores/index.ts';
import { askedConsole } from '../console/asked.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { leftOf } from '../left-of.ts';
import { jsonLines, reportRows, summarySchema } from '../report-rows.ts';
import { Captured, microprocess, microprocessOn, temporaryHome, withEnvironment } from '../support.ts';

/** A deployed pipeline as the command line sees it: table, bucket and queues are emulated, and so is the control plane. */
let place: Awaited<ReturnType<typeof temporaryHome>>;
let host: Host;
let plane: ControlPlane;
let restore: () => void;
const nothing = () => undefined;
const RECORD = deploymentParameter('test', 'scores');

beforeAll(async () => {
  place = await temporaryHome();
  const telemetry = {
    log: { begin: nothing, info: nothing, warn: nothing, error: nothing },
    metrics: { count: nothing, observe: nothing, flush: nothing },
  };
  host = await startHost({
    first: { pipeline, reduceDigest: 'today' },
    load: async () => ({ pipeline, reduceDigest: 'today' }),
    telemetry: () => telemetry,
    stateDir: stateDir(),
    tableDefinition: localTable,
  });
  plane = await startControlPlane(host.first);
  restore = withEnvironment({
    AWS_ENDPOINT_URL_CLOUDFORMATION: plane.url,
    AWS_ENDPOINT_URL_LAMBDA: plane.url,
    AWS_ENDPOINT_URL_SSM: plane.url,
    AWS_ENDPOINT_URL_STS: plane.url,
    MICROPROCESS_STAGE: 'test',
  });
}, 90_000);
afterAll(async () => {
  restore();
  await plane.stop();
  await host.stop();
  await place.close();
});

describe('at a stage', () => {
  test('a run is started by the splitter, followed, listed, shown, and its report fetched', {
    timeout: 90_000,
  }, async () => {
    const ran = await microprocess('start', '--run-id', 'march', '--limit', '300', '--watch', '--json');
    expect(ran, ran.stderr + ran.stdout).toMatchObject({ code: 0 });
    const summary = summarySchema.parse(JSON.parse(ran.stdout));
    expect(summary).toMatchObject({ runId: 'march', counts: { total: 300, succeeded: 300 } });
    expect(await reportRows(summary.paths.report)).toHaveLength(300);
    expect(plane.requests.slice(0, 3)).toEqual([
      'ssm GetParameter',
      'query GetCallerIdentity',
      'lambda POST /functions/sample-splitter/invocations',
    ]);

    expect(ran.stderr).toMatch(
      /^warning: 10 of the account's 10 concurrent .* throttled .* Ask for 1,000 in Service Quotas/m,
    );

    const again = await microprocess('start', '--run-id', 'march', '--limit', '300', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ runId: 'march', status: 'succeeded', created: false });

    const listed = await microprocess('list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { runId: 'march', status: 'succeeded', trigger: 'console', counts: { total: 300 } },
    ]);

    const shown = await microprocess('show', 'march');
    expect(shown.stdout).toContain('scores, at stage test (us-east-1)');
    expect(shown.stdout).toContain('npx microprocess report march --stage test');
    expect((await microprocess('show')).stdout).toBe(shown.stdout);

    const watched = await microprocess('watch', '--json');
    expect(watched).toMatchObject({ code: 0 });
    expect(JSON.parse(watched.stdout)).toMatchObject({
      runId: 'march',
      progress: { total: 300, totalKnown: true, succeeded: 300 },
    });
  });

  test('the console shows what is deployed, says what is not, and records what it does', async () => {
    const { signal } = new AbortController();
    const streams = { stdin: process.stdin, stdout: new Captured(), stderr: new Captured() };
    const desks = stageDesks('test', { ...streams, signal });
    const { runs, closed } = await new Looks(desks).overview();
    expect(runs.map(({ pipeline, record }) => [pipeline, record.run])).toContainEqual(['scores', 'march']);
    expect(closed).toEqual([{ pipeline: 'nightly-audit', why: expect.stringContaining("isn't deployed") }]);
    await expect(desks.open('nope')).rejects.toThrow('There is no pipeline "nope"');
    const desk = await desks.open('scores');
    expect(await desk.start({ runId: 'march', limit: 300 })).toMatchObject({ created: false });
    await desk.record({ act: 'cancel', run: 'march' });
    expect(await desk.deps.stores.acts.list(1)).toMatchObject([{ act: 'cancel', run: 'march' }]);
  });

  test('items and files are uploaded: the same again is the same run', { timeout: 90_000 }, async () => {
    const lines = '{"name":"Alder","country":"AU","staff":1}\n{"name":"Birch","country":"AU","staff":4}\n';
    const file = join(place.home, 'items.jsonl');
    await writeFile(file, lines);
    const ran = await microprocess('start', '--run-id', 'given', '--items', file, '--watch', '--json');
    const { counts, paths } = summarySchema.parse(JSON.parse(ran.stdout));
    expect(counts).toMatchObject({ total: 2, succeeded: 2 });
    expect((await reportRows(paths.report)).map(({ name }) => name)).toEqual(['Alder', 'Birch']);
    const again = await microprocess('start', '--run-id', 'given', '--items', file, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ runId: 'given', created: false });
    const piped = await microprocessOn(
      lines.slice(0, lines.indexOf('\n') + 1),
      'start',
      '--items',
      '-',
      '--watch',
      '--json',
    );
    expect(summarySchema.parse(JSON.parse(piped.stdout)).counts).toMatchObject({ total: 1, succeeded: 1 });
    // As the console's Test button sends them.
    const event = { runId: 'listed', items: [{ name: 'c', country: 'AU', staff: 9 }] };
    expect(await host.first.invoke('splitter', event)).toMatchObject({ runId: 'listed', created: true });
    const listed = await microprocess('watch', 'listed');
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run listed succeeded/) });
    // Its source takes no file.
    const refused = await microprocess('start', '--file', file);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/takes none; csv\(\), json\(\) and/) });
    const stored = `given/${createHash('sha256').update(lines).digest('base64url')}-${lines.length}/items.jsonl`;
    const client = new S3Client({});
    const objects = s3Objects({ client, bucket: BUCKET, prefix: 'runs/scores/' });
    expect(Buffer.from(await objects.get(stored)).toString()).toBe(lines);
    client.destroy();
  });

  test('a start that the splitter refuses is wrong usage', async () => {
    const conflict = await microprocess('start', '--run-id', 'march', '--limit', '299');
    expect(conflict).toMatchObject({ code: 2, stdout: '' });
    expect(conflict.stderr).toMatch(/^error: Run "march" exists with other input/);
    const before = plane.requests.length;
    const params = await microprocess('start', '--params', '{"country":"Oz"}');
    expect(params).toMatchObject({ code: 2 });
    // A refusal by the splitter would be a failed invocation, and ring an alarm.
    expect(plane.requests.slice(before).filter((request) => request.endsWith('/invocations'))).toEqual([]);
    // The terminal knows the definition, and may say what was typed.
    expect(params.stderr).toMatch(/params\.country: .* \(received "Oz"\)/);
  });

  test('a run is paused, resumed and cancelled in the records; its report says what was done', {
    timeout: 90_000,
  }, async () => {
    await host.first.pause('work');
    await microprocess('start', '--run-id', 'stopped', '--limit', '400');
    const paused = await microprocess('pause', 'stopped', '--json');
    expect(JSON.parse(paused.stdout)).toMatchObject({ runId: 'stopped', status: 'paused' });
    const resumed = await microprocess('resume', 'stopped');
    expect(resumed.stdout).toMatch(/^Run stopped goes on: \d+ messages sent again/);
    const cancelled = await microprocess('cancel', 'stopped');
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringMatching(/is cancelled: no new calls/) });
    host.first.resume('work');
    const watched = await microprocess('watch', 'stopped');
    expect(watched).toMatchObject({ code: 1, stdout: expect.stringMatching(/^Run stopped cancelled\./) });
    const failures = await microprocess('failures', 'stopped', '--limit', '3', '--json');
    expect(jsonLines(failures.stdout)).toEqual(
      Array(3).fill(expect.objectContaining({ status: 'CANCELLED', reason: 'run-cancelled' })),
    );
    expect(await microprocess('pause', 'stopped')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/can't be paused: it is cancelled/),
    });
  });

  test('who did what is recorded by the ARN of their credentials, and shown', async () => {
    const by = 'arn:aws:iam::000000000000:user/operator';
    await microprocess('limits', '--rate', '50', '--for', '1m');
    await microprocess('limits', '--clear');
    const acts: { run: string | null }[] = JSON.parse((await microprocess('acts', '--json')).stdout);
    expect(acts.filter(({ run }) => run === null || run === 'stopped')).toMatchObject([
      { act: 'limits', run: null, detail: '--clear', by },
      { act: 'limits', run: null, detail: '--rate 50 --for 60s', by },
      { act: 'cancel', run: 'stopped', by },
      { act: 'resume', run: 'stopped', by },
      { act: 'pause', run: 'stopped', by },
      { act: 'start', run: 'stopped', by },
    ]);
    expect((await microprocess('show', 'stopped')).stdout).toMatch(
      new RegExp(`start +.*, by ${by}\\n +pause .*\\n +resume .*\\n +cancel +.*, by ${by}`),
    );
  });

  test('what no function could take is listed, with its reason', async () => {
    const sqs = new SQSClient({});
    await sqs.send(new SendMessageCommand({ QueueUrl: host.first.resources.work, MessageBody: '{' }));
    sqs.destroy();
    const listed = () => microprocess('refused', '--json').then(({ stdout }): unknown => JSON.parse(stdout));
    await expect
      .poll(listed)
      .toMatchObject([{ reason: 'not-json', excerpt: '1 characters that are not JSON.', queue: 'scores-work' }]);
    expect((await microprocess('refused')).stdout).toMatch(/not-json .*\n +queue +scores-work\n/);
  });

  test('a redrive is the splitter’s, which knows the definition as it is deployed', { timeout: 90_000 }, async () => {
    const none = await microprocess('redrive', 'stopped');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/no child that is FAILED/) });
    const again = await microprocess('redrive', 'stopped', '--status', 'cancelled', '--watch', '--json');
    expect(again.code).toBe(0);
    const { counts } = summarySchema.parse(JSON.parse(again.stdout));
    expect(counts.succeeded).toBe(counts.total);
    expect(plane.requests.filter((request) => request.endsWith('/invocations')).length).toBeGreaterThanOrEqual(4);
  });

  test('the pipeline is paused and resumed by the mapping of its work queue', async () => {
    const paused = await microprocess('pause', '--json');
    expect(JSON.parse(paused.stdout)).toEqual({ pipeline: 'scores', paused: true });
    expect(plane.mapping.enabled).toBe(false);
    expect((await microprocess('resume')).stdout).toMatch(/works again at stage test/);
    expect(plane.mapping.enabled).toBe(true);
  });

  test('purge wants a yes', async () => {
    const asked = await microprocess('purge');
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/npx microprocess purge --yes --stage test/),
    });
    const purged = await microprocess('purge', '--yes');
    expect(purged).toMatchObject({ code: 0, stdout: expect.stringMatching(/sweeper sends again/) });
  });

  test('a run is deleted with its redrives, and nothing of another one', async () => {
    const left = (run: string) => leftOf(host.first, 'scores', run);
    const before = await left('march');
    expect(await left('stopped')).toBeGreaterThan(20);
    expect(await microprocess('purge', 'stopped')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/for good/),
    });
    expect((await microprocess('purge', 'stopped~2')).stderr).toMatch(
      /^error: This deletes run stopped .* and all its redrives for good/,
    );
    const never = { code: 1, stderr: expect.stringMatching(/has no run "stopped~7"\./) };
    expect(await microprocess('purge', 'stopped~7', '--yes')).toMatchObject(never);
    const purged = await microprocess('purge', 'stopped', '--yes');
    expect(purged).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^stopped, stopped~2 are gone: \d+ records, \d+ objects\. What remains:\n {2}- mails/,
      ),
    });
    // Of each that it was purged.
    expect([await left('stopped'), await left('march')]).toEqual([2, before]);
    const gone = { code: 2, stderr: expect.stringMatching(/^error: Run "stopped" is gone already: it was purged\./) };
    expect(await microprocess('start', '--run-id', 'stopped')).toMatchObject(gone);
    const missing = { code: 1, stderr: expect.stringMatching(/has no run "stopped" any more: it was purged\./) };
    expect(await microprocess('show', 'stopped')).toMatchObject(missing);
    expect(await microprocess('redrive', 'stopped')).toMatchObject(missing);
    expect(await microprocess('purge', 'stopped', '--yes')).toMatchObject(missing);
  });

  test('an item is purged: the runs that hold it, what was handed over, and refused messages', async () => {
    const sqs = new SQSClient({});
    await sqs.send(new SendMessageCommand({ QueueUrl: host.first.resources.work, MessageBody: '{"run":"Birch-7"}' }));
    sqs.destroy();
    await expect.poll(async () => (await microprocess('refused')).stdout, { timeout: 15_000 }).toContain('Birch-7');
    const purge = async (...yes: string[]): Promise<unknown> =>
      JSON.parse((await microprocess('purge', '--item', ' Birch ', '--item', 'Nobody', '--json', ...yes)).stdout);
    const found = [{ runs: ['given'], why: 'children', children: 1, example: '0-0.0.1' }];
    expect(await purge()).toMatchObject({ found, unended: [], inputs: 3, refusals: 1, purged: null });
    expect(await microprocess('purge', '--item', 'Birch')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Of 4 ended runs of scores at stage test \(us-east-1\) it is in 1:\n {2}given {2}1 child, such as .*\nBesides: 3 handed-over inputs .*, 1 refused message\./,
      ),
    });
    expect(await purge('--yes')).toMatchObject({ found, purged: { runs: ['given'] } });
    expect(await purge()).toMatchObject({ looked: 3, found: [], inputs: 0, refusals: 0 });
    const { stdout: acts } = await microprocess('acts');
    expect(acts).toMatch(/purge +given +\S+ +for an item: \d+ records, \d+ objects\n/);
    expect(acts).toMatch(/purge +\S+ +an item: 3 handed-over inputs, 1 refused message\n/);
    expect(acts).toMatch(/purge +stopped~2 +\S+ +\d+ records, \d+ objects?\n/);
    expect(acts).not.toContain('Birch');
    expect(await microprocess('purge', 'march', '--item', 'Birch')).toMatchObject({ code: 2 });
  });

  test('each page of the console, and each form, reaches what is deployed', { timeout: 90_000 }, async () => {
    const { signal } = new AbortController();
    const desks = stageDesks('test', { stdin: process.stdin, stdout: new Captured(), stderr: new Captured(), signal });
    const { page, form } = askedConsole(desks);
    expect(await page('/')).toContain('Runs at stage test');
    expect(await page('/runs/scores/march')).toContain('✔ Succeeded');
    expect(await page('/runs/scores/march/children/0-0.0.7')).toMatch(/Child 0-0\.0\.7[\s\S]*POST \/score/);
    expect(await page('/runs/scores/march/failures')).toContain('No more of them.');
    expect(await page('/runs/scores/march/report.html')).toContain('How do companies score?');
    expect((await page('/runs/scores/march/report.csv')).split('\n').length).toBeGreaterThan(300);
    expect(await page('/pipelines/scores/limits?ratePerSecond=7')).toContain('there is no limit now');
    await form('/pipelines/scores/limits', { ratePerSecond: '7', minutes: '1' });
    expect(await page('/pipelines/scores')).toContain('7/s at most');
    await form('/pipelines/scores/clear');
    expect(await page('/pipelines/scores')).toContain('no limit');

    await host.first.pause('work');
    const { headers } = await form('/pipelines/scores/start', { limit: '40' });
    const path = headers.get('location') ?? '';
    await form(`${path}/pause`);
    expect(await page(path)).toContain('‖ paused');
    await form(`${path}/resume`);
    expect(await page(`${path}/cancel`)).toMatch(/About 40 (or more )?children|About \d+/);
    await form(`${path}/cancel`);
    host.first.resume('work');
    await expect.poll(() => page(path), { timeout: 30_000 }).toContain('■ Cancelled');
    expect(await page(`${path}/redrive`)).toContain('40 CANCELLED');
    const again = await form(`${path}/redrive`, { status: 'CANCELLED' });
    const redriven = again.headers.get('location') ?? '';
    expect(decodeURIComponent(redriven)).toBe(`${path}~2`);
    await expect.poll(() => page(redriven), { timeout: 30_000 }).toContain('✔ Succeeded');
    expect(await page(`${redriven}/children/0-0.0.7`)).toMatch(/CANCELLED[\s\S]*SUCCEEDED/);
  });

  test('a stage that is not deployed, of another release or not to be read says what to do', async () => {
    const missing = await microprocess('list', '--stage', 'nowhere');
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /no parameter \/microprocess\/nowhere\/scores in us-east-1: .*npx cdk deploy.*AWS_REGION/,
      ),
    });
    const record = plane.parameters[RECORD] ?? '';
    plane.parameters[RECORD] = record.replace('"version":1', '"version":2');
    const newer = await microprocess('list');
    plane.parameters[RECORD] = record;
    expect(newer).toMatchObject({ code: 1, stderr: expect.stringMatching(/a newer release deployed it/) });
    plane.open = false;
    const closed = await microprocess('list');
    plane.open = true;
    expect(closed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the right ssm:GetParameter on parameter\/microprocess\/test\/scores/),
    });
  });

  test('doctor looks at everything, and one thing out of order hides nothing', async () => {
    plane.mapping.enabled = false;
    const said = await microprocess('doctor', '--json').finally(() => {
      plane.mapping.enabled = true;
    });
    const checks: { name: string; result: string; next?: string }[] = JSON.parse(said.stdout);
    const results = Object.fromEntries(checks.map(({ name, result }) => [name, result]));
    expect(results).toMatchObject({
      'Node.js': 'pass',
      identity: 'pass',
      stack: 'pass',
      release: 'pass',
      table: 'pass',
      bucket: 'pass',
      'split queue': 'pass',
      'work queue': 'pass',
      'aggregate queue': 'pass',
      // Paused; a new account's quota; a clone that lets anyone in.
      mapping: 'warn',
      concurrency: 'warn',
      clone: 'warn',
      'dead letters': 'pass',
      'cost at rest': 'pass',
    });
    // The emulated SES takes mails and knows nothing of accounts.
    expect(results['mail account']).toBe('fail');
    expect(said.code).toBe(1);
    for (const { result, next } of checks) expect(next === undefined).toBe(result === 'pass');
    expect(plane.requests).toContain('query DescribeStacks');
  });
});

test('on this machine the same run is controlled through the host that works on it', { timeout: 90_000 }, async () => {
  expect((await microprocess('list', '--local')).stdout).toMatch(/march +succeeded/);
  expect(await microprocess('run', '--limit', '5', '--run-id', 'beside')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/beside/),
    stderr: expect.stringMatching(new RegExp(`^Joining process ${process.pid},`)),
  });
  const paused = await microprocess('pause', '--local');
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringMatching(/is paused on this machine/) });
  await host.first.invoke('splitter', { runId: 'here', limit: 300 });
  expect((await microprocess('cancel', 'here', '--local')).stdout).toMatch(/^Run here is cancelled/);
  await microprocess('resume', '--local');
  expect(await microprocess('watch', 'here', '--local')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^Run here cancelled\./),
  });
});
