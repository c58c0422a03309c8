import { beforeEach, expect, test } from 'vitest';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { reportLink } from '../../../functions/report-link/handler.ts';
import { signToken } from '../../../shared/flow/callback-token.ts';
import { readReportToken, signReportToken } from '../../../shared/flow/report-token.ts';
import { lambdaContext } from '../../../shared/host/context.ts';
import { NOW, type TestDeps, testDeps, testPipeline } from '../../shared/support.ts';
import { endedRun } from '../aggregator/ended-run.ts';
import { turnedTokens } from '../turned-tokens.ts';

const DAY_MS = 86_400_000;
let deps: TestDeps;
let opened: string[];
beforeEach(() => {
  deps = testDeps(testPipeline());
  opened = [];
  deps.objects.link = async (key, seconds) => {
    opened.push(key);
    return `https://bucket.example.com/${key}?seconds=${seconds}`;
  };
});

const follow = (path: string, method = 'GET') =>
  reportLink(deps)(
    { rawPath: path, headers: {}, requestContext: { http: { method } } },
    lambdaContext({ functionName: 'report-link', requestId: 'request', memoryMB: 512, remainingMs: () => 10_000 }),
  );
const tokenOf = (over: object = {}, keys = ['key'], pipeline = 'squares') =>
  signReportToken(keys, pipeline, { run: 'march', recipient: 'r', expires: NOW + DAY_MS, ...over });

test('it leads to the page, or to the rows, for a minute', async () => {
  const answer = await follow(`/report/${tokenOf()}`);
  const location = 'https://bucket.example.com/march/report.html?seconds=60';
  expect(answer).toMatchObject({ statusCode: 303, headers: { location, 'cache-control': 'no-store' } });
  await follow(`/report/${tokenOf()}/csv`);
  expect(opened).toEqual(['march/report.html', 'march/report.csv']);
});

test.each<[string, () => string, number]>([
  ['no token', () => '/report/x', 401],
  ["another pipeline's", () => `/report/${tokenOf({}, ['key'], 'cubes')}`, 401],
  ['another key', () => `/report/${tokenOf({}, ['other'])}`, 401],
  ["a callback's token", () => `/report/${signToken(['key'], 'squares', CALLBACK)}`, 401],
  ['one whose time is over', () => `/report/${tokenOf({ expires: NOW })}`, 410],
  ['one that was made longer', () => `/report/${tokenOf()}A`, 401],
  ['another file', () => `/report/${tokenOf()}/summary.json`, 404],
  ['another path', () => `/${tokenOf()}`, 404],
])('nothing is signed, and nothing told, for %s', async (_, path, status) => {
  const { statusCode, headers, body } = await follow(path());
  expect(statusCode).toBe(status);
  expect(`${JSON.stringify(headers)}${body}`).not.toContain('march');
  expect(opened).toEqual([]);
});

const CALLBACK = {
  run: 'march',
  ref: { slice: 0, segment: 0, block: 0 },
  ...{ n: 0, slot: 0, attempt: 1, since: NOW, expires: NOW + DAY_MS, size: 2, ttl: 2_000_000_000 },
};

test('other methods are nothing, and turned bits let nobody in', async () => {
  expect((await follow(`/report/${tokenOf()}`, 'POST')).statusCode).toBe(404);
  for (const turned of turnedTokens(tokenOf(), 500)) expect((await follow(`/report/${turned}`)).statusCode).toBe(401);
  expect(opened).toEqual([]);
});

test('a key that is not known yet is fetched', async () => {
  deps.reportLinks.renew = async () => {
    deps.reportLinks.keys = async () => ['new', 'key'];
    return true;
  };
  expect((await follow(`/report/${tokenOf({}, ['new'])}`)).statusCode).toBe(303);
});

test('each recipient gets a mail of its own, whose link was signed for it alone', async () => {
  const { deps: given } = await endedRun();
  const mails: { to: readonly string[]; text: string }[] = [];
  given.mailer.send = async ({ to, raw }) => {
    mails.push({ to, text: Buffer.from(raw).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=') });
    return { outcome: mails.length === 1 ? 'ambiguous' : 'sent', messageId: '1', detail: 'no answer' };
  };
  const report = { email: ['ann@example.com', 'bob@example.com'], linkDays: 7 };
  const own = { ...given, pipeline: testPipeline({ report, tolerate: { failedCount: 3 } }) };
  await freezeSegment(own, 'march', { slice: 0, segment: 0 });
  const finish = () => finishRun(own, 'march', { id: 'a', deadline: given.clock.now() + 900_000 });
  await finish();
  await finish();
  expect(mails.map(({ to }) => to)).toEqual([['ann@example.com'], ['bob@example.com']]);
  const claims = mails.map(({ text }) => {
    const tokens = [...new Set(text.match(/https:\/\/links\.example\.com\/report\/[\w.-]+/g))];
    expect(tokens).toHaveLength(1);
    return readReportToken(['key'], 'squares', tokens[0]?.split('/').pop() ?? '');
  });
  expect(claims[0]).toMatchObject({ run: 'march', expires: given.clock.now() + 7 * DAY_MS });
  expect(claims[0]?.recipient).not.toBe(claims[1]?.recipient);
  expect(mails[0]?.text).not.toContain('bob');
  // The worst of them is the run's; what is kept of the mail is nobody's key.
  expect(await given.stores.runs.read('march')).toMatchObject({ mail: 'ambiguous' });
  expect(Buffer.from(await given.objects.get('march/email.eml')).toString()).not.toContain('links.example.com');
});
